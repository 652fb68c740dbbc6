"""Certificates for the tests, made in memory: authorities, servers and clients, good and bad."""

import datetime
import ipaddress

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
