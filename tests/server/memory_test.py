"""What the process keeps between calls, and that it gives it back."""

import concurrent.futures

import grpc
from advantaged.v1 import advantage_service_pb2_grpc, compute_pb2
from busy_server import connect
from overload import resident
from rest import at_rest
from running_server import PATIENCE, eventually
from streams import SMALL_WINDOW, WINDOW, Stream, all_unread, ids, item, large_reply

RESPONSES = 1 << 21
NOTICED = 3 * 4 * RESPONSES / (1 << 20)  # MiB of the requests of three calls


def test_after_a_burst_its_memory_goes_back_to_the_system(start):
    server = start()
    request = compute_pb2.ComputeAdvantagesRequest(rewards_float32_le=bytes(4 * RESPONSES), group_size=16,
                                                   reply_form=compute_pb2.REPLY_FORM_ADVANTAGES_FLOAT32_LE)
    request.method.grpo.SetInParent()
    with grpc.insecure_channel(server.grpc[0], [("grpc.max_receive_message_length", -1)]) as channel:
        stub = advantage_service_pb2_grpc.AdvantageServiceStub(channel)
        stub.ComputeAdvantages(compute_pb2.ComputeAdvantagesRequest(
            method=request.method, rewards=[0, 1], group_size=2), timeout=PATIENCE)
        before = resident(server)
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            for reply in pool.map(lambda _: stub.ComputeAdvantages(request, timeout=PATIENCE), range(8)):
                assert len(reply.advantages_float32_le) == 4 * RESPONSES
        assert resident(server) > before + NOTICED, "it is kept through a burst"
        eventually(lambda: resident(server) < before + NOTICED / 2, "memory back")


def test_a_stream_that_is_not_read_holds_a_window_of_replies(start):
    """However many items its client has to send; one reply is there twice, as a message and as it leaves."""
    mebibytes, items = 4, 60
    server = start()
    batch = large_reply(mebibytes)
    with connect(server, options=SMALL_WINDOW) as stub:
        before = resident(server)
        stream = Stream(stub)
        stream.put(*(item(i, batch) for i in range(items)))
        eventually(lambda: all_unread(server, WINDOW), "a window of replies")
        size = (mebibytes << 20) + batch.ByteSize()
        assert server.metrics().value("advantaged_in_flight_bytes") <= WINDOW * 1.01 * size
        held = resident(server) - before
        assert held <= (WINDOW + 2) * 1.01 * size / (1 << 20) + 16
        stream.half_close()
        replies = stream.rest()
        assert ids(replies) == [str(i) for i in range(items)]
        assert all(len(reply.batch.advantages_float32_le) == mebibytes << 20 for reply in replies)
    at_rest(server)
    eventually(lambda: resident(server) < before + held / 2, "memory back")
