"""What the pictures of the dashboards tell: half a day of real calls to real servers, on a simulated clock, in a real Prometheus."""

import datetime
import math
import pathlib
import random

import grpc
from advantaged.v1 import catalog_pb2, stream_pb2
from authority import NAME, Files, Identity
from feed import GROUPS, batch, drawn
from history import History
from running_server import Server, eventually
from streams import sorting
from tls_calls import answers, stub

HOURS, RHYTHM = 12, 600
PROMTOOL = pathlib.Path(__file__).parent.parent / "build/tools/promtool"
METHOD = "grpo"
BATCH = 128  # groups
COLLAPSE = 8 * 3600
RENEWED = "new connections get the certificate"  # of the server's log


def relevant(line):
    """Without methods that nobody uses."""
    return 'method="' not in line.replace("grpc_method", "") or f'method="{METHOD}"' in line


def finish(history, folder):
    """(Prometheus, begin, end)"""
    for replica in history.replicas.values():
        replica.server.stop()
    return history.prometheus(folder, PROMTOOL), history.begin + 2 * RHYTHM, history.end


def success(seconds):
    """The run learns for eight hours, then forgets within the next."""
    learned = 0.3 + 0.45 * (1 - math.exp(-seconds / (3 * 3600)))
    forgotten = min(1.0, max(0.0, (seconds - COLLAPSE) / 3600))
    return learned * (1 - forgotten) + 0.01 * forgotten


def send_not_a_number(service, groups):
    """The reward function has broken, too."""
    request = batch(groups, METHOD, "math")
    request.rewards[0] = math.nan
    try:
        service.ComputeAdvantages(request)
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.INVALID_ARGUMENT, error


def collapse(folder):
    """A training run whose success rate falls to nothing: groups of the data, harder or easier as it goes."""
    server = Server(folder, "--metrics-runs=2")
    history = History(HOURS * 3600, relevant)
    history.replica("advantaged-0", server)
    rng = random.Random(1)
    with server.stub() as service:
        history.advance(RHYTHM)
        while history.now < history.end:
            groups = drawn(success(history.now - history.begin), BATCH, rng)
            calls = [lambda groups=groups: service.ComputeAdvantages(batch(groups, METHOD, "math"))]
            if COLLAPSE < history.now - history.begin < COLLAPSE + 3600:
                calls.append(lambda groups=groups: send_not_a_number(service, groups))
            history.advance(RHYTHM, *calls)
    return finish(history, folder)


class Service:
    """Two replicas with mTLS, and a trainer that calls them every ten minutes over connections that it keeps."""

    OLD = ("--compute-threads=1", "--max-queued-calls=4")
    NEW = ("--compute-threads=1", "--max-queued-calls=32")  # the answer to the hour in which it was too few
    AUTHORITY = Identity("authority", authority=True, ends=datetime.timedelta(days=3650))

    def __init__(self, folder):
        self.folder = folder
        self.files = Files(folder)
        self.certify(30)
        self.trainer = Identity("trainer", self.AUTHORITY, names=["trainer.example"])
        self.history = History(HOURS * 3600, relevant)
        self.started = 0
        self.connections = {}
        self.stubs = {}
        for instance in ("advantaged-0", "advantaged-1"):
            self.start(instance, self.OLD)

    def certify(self, days):
        """As cert-manager would."""
        identity = Identity("server", self.AUTHORITY, names=[NAME], ends=datetime.timedelta(days=days))
        self.files.write(identity, authorities=[self.AUTHORITY])

    def start(self, instance, flags):
        self.started += 1
        folder = self.folder / f"server{self.started}"
        folder.mkdir()
        # Under one name, as in a container: the hash of the configuration has it.
        link = self.folder / "next"
        link.symlink_to(folder.name)
        link.rename(self.folder / "server")
        server = Server(self.folder / "server", *self.files.mutual_flags, *flags)
        server.log_path = folder / "log.txt"
        self.connections[instance] = stub(server, self.trainer, roots=self.AUTHORITY.certificate)
        self.stubs[instance] = self.connections[instance].__enter__()
        self.stubs[instance].GetServerInfo(catalog_pb2.GetServerInfoRequest())
        self.history.replica(instance, server)

    def stop(self, instance):
        self.connections.pop(instance).__exit__(None, None, None)
        del self.stubs[instance]
        self.history.replicas[instance].server.stop()
        self.history.replica(instance, None)

    def ordinary(self):
        """A small batch, which needs no thread, one that does, and a stream of four."""
        items = [stream_pb2.StreamAdvantagesRequest(id=str(i), batch=batch(GROUPS[:BATCH], METHOD)) for i in range(4)]
        for service in self.stubs.values():
            service.ComputeAdvantages(batch(GROUPS[:BATCH], METHOD))
            service.ComputeAdvantages(batch(GROUPS * 4, METHOD))
            assert len(list(service.StreamAdvantages(iter(items)))) == len(items)

    def too_many(self):
        """Long sorts, of many evaluations at once: more than may wait, some of them impatient."""
        request = sorting(50000)
        calls = [service.ComputeAdvantages.future(request, timeout=None if i % 8 else 0.01)
                 for i in range(48) for service in self.stubs.values()]
        for call in calls:
            call.exception()  # waits

    def stranger(self):
        """Someone without a certificate."""
        for replica in self.history.replicas.values():
            assert not answers(replica.server, roots=self.AUTHORITY.certificate)

    def renew(self):
        """New certificates, which the servers find by themselves."""
        servers = [replica.server for replica in self.history.replicas.values()]
        before = [server.log().count(RENEWED) for server in servers]
        self.certify(90)
        for server, count in zip(servers, before):
            eventually(lambda server=server, count=count: server.log().count(RENEWED) > count, "the new certificate")

    def replace(self, instance):
        """One replica of an update: away for two minutes, then with the new settings."""
        self.stop(instance)
        self.history.advance(120)
        self.start(instance, self.NEW)
        self.history.advance(RHYTHM - 120, self.ordinary)


def service_day(folder):
    """A stranger, an hour of too many calls, renewed certificates, and the update that gives calls more room."""
    service = Service(folder)
    history = service.history
    events = {12: service.stranger, 36: service.renew} | dict.fromkeys(range(24, 30), service.too_many)
    updates = {48: "advantaged-0", 54: "advantaged-1"}
    history.advance(RHYTHM)
    for column in range(1, HOURS * 3600 // RHYTHM):
        if column in updates:
            service.replace(updates[column])
        else:
            history.advance(RHYTHM, service.ordinary, *filter(None, [events.get(column)]))
    return finish(history, folder)
