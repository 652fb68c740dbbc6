"""What `make run` shows, on standard input that is no terminal."""

import os
import re
import subprocess

from programs import ADVCTL, PATIENCE, SOURCE_DIR


def test_demo():
    process = subprocess.run(
        [SOURCE_DIR / "scripts" / "run_demo.sh", os.path.dirname(ADVCTL)], check=False,
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=2 * PATIENCE)
    assert process.returncode == 0, process.stderr
    assert process.stderr == ""
    output = process.stdout
    for model, rate in (("codellama-34b-instruct", "0.4512"), ("gpt-3.5-turbo", "0.7695"),
                        ("gpt-4", "0.8482")):
        # Pass@1 is the success rate.
        assert re.search(rf"^{re.escape(model)} +164 +{rate} +{rate} ", output, re.MULTILINE)
    assert "the 86 mixed groups of 492" in output
    # One wrong in ten: GRPO gives 1/3 and -3, RLOO 1/9 and -1.
    assert re.search(r"^correct .* 9 of 10$", output, re.MULTILINE)
    assert re.search(r"^grpo .*\+0\.333 -3\.000$", output, re.MULTILINE)
    assert re.search(r"^rloo .*\+0\.111 -1\.000$", output, re.MULTILINE)
    assert re.search(r"gRPC +127\.0\.0\.1:[1-9]", output)
    report = output[:output.index("Serving")]
    assert max(map(len, report.splitlines())) <= 100
