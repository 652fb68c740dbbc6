"""What the service does: calls, errors, latency, limits, resources, and whether replicas are alike."""

from grafana_foundation_sdk.builders import dashboard
from panels import FULL, HALF, THIRD, bars, lines, listing, mean, new_dashboard, nonzero, number, query, ratio, samples, step

HANDLED = "grpc_server_handled_total"
OWN_FAULTS = 'grpc_code=~"Unknown|DeadlineExceeded|Unimplemented|Internal|Unavailable|DataLoss"'


def quantile(share, selected, by):
    """Of a histogram; absent where nothing was observed (0/0)."""
    return f"histogram_quantile({share}, {step(selected, f'le, {by}')}) >= 0"


def glance(board):
    return (board.with_row(dashboard.Row("At a glance"))
            .with_panel(number("Replicas", "Targets that answer scrapes.", f'sum({samples("up")})', decimals=0,
                               steps=[(None, "red"), (1, "green")]))
            .with_panel(number("Calls in a step", "Calls of every kind, within the last step.", step(samples(HANDLED)), decimals=0))
            .with_panel(number("Failed by our fault", "Calls of the last step that ended with Unknown, DeadlineExceeded, "
                               "Unimplemented, Internal, Unavailable or DataLoss.", step(samples(HANDLED, OWN_FAULTS)), decimals=0,
                               steps=[(None, "green"), (1, "orange"), (10, "red")]))
            .with_panel(number("Certificate expires in", "Of the first of all certificates and authorities; nothing without TLS. "
                               "Reads 0 there, as there is none.",
                               f'min(({samples("advantaged_tls_certificate_expiry_timestamp_seconds")} > 0) - time()) or vector(0)',
                               unit="s", steps=[(None, "gray"), (1, "red"), (7 * 86400, "green")])))


def calls(board):
    return (board.with_row(dashboard.Row("Calls"))
            .with_panel(bars("Calls", "Calls that ended in a step, by method of the service.",
                             query(nonzero(samples(HANDLED), "grpc_method", "none"), "{{grpc_method}}"), width=THIRD))
            .with_panel(bars("Calls that did not end well", "By method of the service and code. InvalidArgument and Canceled "
                             "are the caller's.", query(nonzero(samples(HANDLED, 'grpc_code!="OK"'), "grpc_method,grpc_code",
                                                                "none"), "{{grpc_method}} {{grpc_code}}"), width=THIRD))
            .with_panel(bars("HTTP", "Requests on the HTTP port, by path: scrapes, probes, JSON.",
                             query(nonzero(samples("advantaged_http_requests_total"), "path", "none"), "{{path}}"), width=THIRD))
            .with_panel(bars("Refused as wrong", "INVALID_ARGUMENT, by the field that the first violation names.",
                             query(nonzero(samples("advantaged_invalid_requests_total"), "field", "none"), "{{field}}"), width=THIRD))
            .with_panel(lines("Size of requests", "Mean and 99 % of a step, serialized.",
                              query(mean("advantaged_request_size_bytes", "job"), "mean"),
                              query(quantile(0.99, samples("advantaged_request_size_bytes_bucket"), "job"), "99 %"), unit="bytes",
                              width=THIRD))
            .with_panel(lines("Streams", "Messages of StreamAdvantages.",
                              query(step(samples("grpc_server_msg_received_total")), "received"),
                              query(step(samples("grpc_server_msg_sent_total")), "sent"), width=THIRD)))


def latency(board):
    call = 'grpc_method="ComputeAdvantages"'
    return (board.with_row(dashboard.Row("Latency"))
            .with_panel(lines("ComputeAdvantages", "From the request's receipt to the end of the call, of the calls of a step.",
                              query(quantile(0.5, samples("grpc_server_handling_seconds_bucket", call), "job"), "50 %"),
                              query(quantile(0.99, samples("grpc_server_handling_seconds_bucket", call), "job"), "99 %"),
                              query(mean("grpc_server_handling_seconds", "job", call), "mean"), unit="s", width=THIRD))
            .with_panel(lines("By method of the service", "Mean and 99 % of the calls of a step.",
                              query(mean("grpc_server_handling_seconds", "grpc_method"), "{{grpc_method}}, mean"),
                              query(quantile(0.99, samples("grpc_server_handling_seconds_bucket"), "grpc_method"),
                                    "{{grpc_method}}, 99 %"), unit="s", width=THIRD))
            .with_panel(bars("Stages", "Where the time of a batch goes, on average: waiting for a thread, reading, computing, "
                             "writing.", query(mean("advantaged_stage_seconds", "stage"), "{{stage}}"), unit="s", width=THIRD)))


BATCHES = 'pool="batches"'  # the thread for descriptions stands back for them


def load(board):
    tasks = step(samples("advantaged_compute_tasks_total", BATCHES), "instance")
    return (board.with_row(dashboard.Row("Load and limits"))
            .with_panel(lines("Load of threads", "Share of their time in which they compute. Bursts are short: an average over a "
                              "step, not a peak.",
                              query(f'{step(samples("advantaged_compute_busy_seconds_total", BATCHES), "instance")} / '
                                    f'($__rate_interval_ms / 1000) / sum by (instance) ({samples("advantaged_compute_threads", BATCHES)})',
                                    "{{instance}}"), unit="percentunit", width=THIRD))
            .with_panel(lines("Wait for a thread", "Mean of the calls that need one; 0 where none did, as small ones do not.",
                              query(f'{ratio(step(samples("advantaged_compute_wait_seconds_total", BATCHES), "instance"), tasks)} or {tasks}',
                                    "{{instance}}"), unit="s", width=THIRD))
            .with_panel(lines("In flight and queued", "At the moment of a scrape: bursts are mostly over by then.",
                              query(f'sum({samples("advantaged_in_flight_calls")})', "in flight"),
                              query(f'sum({samples("advantaged_queued_calls")})', "queued"), width=THIRD))
            .with_panel(bars("Refused", "Calls and connections refused before any work, by the limit. Clients come back.",
                             query(nonzero(samples("advantaged_rejected_total"), "reason", "none"), "{{reason}}"), width=THIRD))
            .with_panel(bars("Expired and cancelled", "Calls whose deadline passed, and that their callers gave up, by where they "
                             "were.", query(nonzero(samples("advantaged_expired_total"), "stage", "none"), "expired, {{stage}}"),
                             query(nonzero(samples("advantaged_cancelled_total"), "stage", "none"), "cancelled, {{stage}}"),
                             width=THIRD))
            .with_panel(lines("Starts and drains", "Starts of processes, and HTTP calls refused while one starts or shuts down.",
                              query(f'sum(changes({samples("process_start_time_seconds")}[$__rate_interval]))', "starts"),
                              query(step(samples("advantaged_rejected_total", 'reason="draining"')), "refused while draining"),
                              width=THIRD))
            .with_panel(lines("Connections", "Open at the moment of a scrape.",
                              query(f'sum by (transport) ({samples("advantaged_connections")})', "gRPC, {{transport}}"),
                              query(f'sum({samples("advantaged_http_connections")})', "HTTP"), width=HALF))
            .with_panel(bars("TLS handshakes", "By what became of the client.",
                             query(nonzero(samples("advantaged_tls_handshakes_total"), "result", "none"), "{{result}}"), width=HALF)))


def resources(board):
    return (board.with_row(dashboard.Row("Resources"))
            .with_panel(lines("Memory", "Resident, of each process.",
                              query(f'sum by (instance) ({samples("process_resident_memory_bytes")})', "{{instance}}"),
                              unit="bytes", width=THIRD))
            .with_panel(lines("CPU", "Cores in use, averaged over a step.",
                              query(f'sum by (instance) (rate({samples("process_cpu_seconds_total")}[$__rate_interval]))',
                                    "{{instance}}"), width=THIRD))
            .with_panel(lines("File descriptors", "Open, as a share of what the process may open.",
                              query(ratio(f'sum by (instance) ({samples("process_open_fds")})',
                                          f'sum by (instance) ({samples("process_max_fds")})'), "{{instance}}"),
                              unit="percentunit", width=THIRD)))


def alike(board):
    return (board.with_row(dashboard.Row("Are replicas alike?"))
            .with_panel(number("Versions", "More than one for long: an update has not ended.",
                               f'count(count by (version) ({samples("advantaged_build_info")}))', decimals=0,
                               steps=[(None, "green"), (2, "orange")]))
            .with_panel(number("Numerics", "More than one: the same rewards may get other bits, by replica.",
                               f'count(count by (numerics_version) ({samples("advantaged_build_info")}))', decimals=0,
                               steps=[(None, "green"), (2, "red")]))
            .with_panel(number("Configurations", "More than one: replicas run different settings.",
                               f'count(count by (hash) ({samples("advantaged_config_info")}))', decimals=0,
                               steps=[(None, "green"), (2, "orange")]))
            .with_panel(number("On scalar kernels", "Replicas whose CPU failed the self-test: right, but slower.",
                               f'sum({samples("advantaged_kernel_fallback")})', decimals=0,
                               steps=[(None, "green"), (1, "red")]))
            .with_panel(listing("Builds", "What each replica runs.", samples("advantaged_build_info"), width=FULL))
            .with_panel(lines("Reloads", "Of the configuration file and of certificates, by what came of it.",
                              query(step(samples("advantaged_config_reloads_total"), "result"), "configuration, {{result}}"),
                              query(step(samples("advantaged_tls_reloads_total"), "result"), "certificates, {{result}}"),
                              width=HALF))
            .with_panel(lines("Log lines dropped", "Nobody read standard error, it could not be written, or gRPC said too much.",
                              query(step(samples("advantaged_log_lines_dropped_total"), "reason"), "{{reason}}"), width=HALF)))


def service():
    board = new_dashboard("advantaged: operator", "advantaged-operator",
                          "Calls, errors, latency, limits and resources of the service.", "1m")
    for part in (glance, calls, latency, load, resources, alike):
        board = part(board)
    return board
