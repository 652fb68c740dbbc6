"""On import: stubs of what OpenRLHF imports and a machine without a GPU cannot have."""

import stubs

stubs.stub("deepspeed", "flash_attn", "ring_flash_attn", "vllm")
