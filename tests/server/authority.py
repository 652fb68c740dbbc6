"""Certificates for the tests, good and bad, and the files of a server with TLS."""

import datetime
import ipaddress
import pathlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

SERVER, CLIENT = ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH
HOUR = datetime.timedelta(hours=1)


def alternative(name):
    """A subject alternative name: an IP address, a URI or a DNS name."""
    if "://" in name:
        return x509.UniformResourceIdentifier(name)
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM)


class Identity:
    """A private key and a certificate, which `issuer` has signed, or itself without one."""

    def __init__(self, common_name, issuer=None, *, authority=False, names=(), usages=(SERVER, CLIENT),
                 begins=-HOUR, ends=24 * HOUR):
        now = datetime.datetime.utcnow().replace(microsecond=0)
        self.private_key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
        self.not_after = now + ends
        builder = (x509.CertificateBuilder().subject_name(self.name).issuer_name((issuer or self).name)
                   .public_key(self.private_key.public_key()).serial_number(x509.random_serial_number())
                   .not_valid_before(now + begins).not_valid_after(self.not_after)
                   .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True))
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName([alternative(name) for name in names]), False)
        if not authority and usages:
            builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        self.x509 = builder.sign((issuer or self).private_key, hashes.SHA256())
        self.certificate = pem(self.x509)

    @property
    def key(self):
        return self.encoded(serialization.NoEncryption())

    def encoded(self, encryption):
        return self.private_key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)

    @property
    def expiry(self):
        """Unix time."""
        return self.not_after.replace(tzinfo=datetime.timezone.utc).timestamp()


NAME = "server.example"
ROOT = Identity("root", authority=True)


class Files:
    """A folder with tls.crt, tls.key and ca.crt, which change all at once, as those of a secret of Kubernetes do."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder, "tls")
        self.folder.mkdir()
        self.generation = 0
        for name in ("tls.crt", "tls.key", "ca.crt"):
            (self.folder / name).symlink_to(f"data/{name}")
        self.server = None

    def write(self, server=None, certificate=None, key=None, authorities=(ROOT,)):
        """`certificate` and `key` may be other bytes than the server's, None for no file."""
        self.server = server or Identity("server", ROOT, names=[NAME])
        contents = {"tls.crt": self.server.certificate if certificate is None else certificate,
                    "tls.key": self.server.key if key is None else key,
                    "ca.crt": b"".join(authority.certificate for authority in authorities)}
        self.generation += 1
        data = self.folder / f"data{self.generation}"
        data.mkdir()
        for name, content in contents.items():
            if content != b"":
                (data / name).write_bytes(content)
        link = self.folder / "next"
        link.symlink_to(data.name)
        link.rename(self.folder / "data")

    @property
    def flags(self):
        return [f"--tls-certificate={self.folder}/tls.crt", f"--tls-key={self.folder}/tls.key"]

    @property
    def mutual_flags(self):
        return [*self.flags, f"--tls-client-ca={self.folder}/ca.crt"]
