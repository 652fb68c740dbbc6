"""Prints the list of packages in an image, as SPDX 2.3 in JSON, from what collect.py has left in it.

    spdx.py --root ROOT --version VERSION --created UNIX_TIME
"""

import argparse
import datetime
import email
import hashlib
import json
import pathlib

NOTHING = "NOASSERTION"


def entry(path):
    """dpkg's entry of a package."""
    return email.message_from_string(path.read_text(encoding="utf-8"))


def package(identifier, name, version, **more):
    return {"SPDXID": f"SPDXRef-{identifier}", "name": name, "versionInfo": version, "downloadLocation": NOTHING,
            "filesAnalyzed": False, "licenseConcluded": NOTHING, "licenseDeclared": NOTHING,
            "copyrightText": NOTHING, **more}


def of_debian(identifier, dpkg):
    source = (dpkg["Source"] or dpkg["Package"]).split()[0]
    locator = f"pkg:deb/debian/{dpkg['Package']}@{dpkg['Version']}?arch={dpkg['Architecture']}&distro=bookworm"
    return package(identifier, dpkg["Package"], dpkg["Version"], supplier=f"Person: {dpkg['Maintainer']}",
                   sourceInfo=f"built from Debian's source package {source}",
                   externalRefs=[{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                                  "referenceLocator": locator}])


def document(root, version, created):
    status = sorted(path for path in (root / "var/lib/dpkg/status.d").iterdir() if path.suffix != ".md5sums")
    compiled = sorted((root / "usr/share/doc/advantaged/compiled-in").iterdir())
    time = datetime.datetime.fromtimestamp(created, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    both = b"".join((root / "usr/bin" / name).read_bytes() for name in ("advantaged", "advctl"))
    programs = hashlib.sha256(both).hexdigest()
    packages = [package("image", "advantaged", version, licenseDeclared="Apache-2.0",
                        primaryPackagePurpose="CONTAINER")]
    relations = [("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-image")]
    for paths, how in ((status, "CONTAINS"), (compiled, "GENERATED_FROM")):
        for path in paths:
            identifier = f"{how.split('_')[0].lower()}-{path.name.replace('+', 'plus')}"
            packages.append(of_debian(identifier, entry(path)))
            relations.append(("SPDXRef-image", how, f"SPDXRef-{identifier}"))
    return {"spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT",
            "name": f"advantaged-{version}", "documentNamespace": f"urn:advantaged:{version}:{programs}",
            "creationInfo": {"created": time, "creators": ["Tool: deploy/image/spdx.py"]}, "packages": packages,
            "relationships": [{"spdxElementId": one, "relationshipType": how, "relatedSpdxElement": other}
                              for one, how, other in relations]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", required=True, type=pathlib.Path)
    parser.add_argument("--version", required=True)
    parser.add_argument("--created", required=True, type=int, help="Unix time")
    arguments = parser.parse_args()
    print(json.dumps(document(arguments.root, arguments.version, arguments.created), indent=1))


if __name__ == "__main__":
    main()
