"""A language model of some 10,000 parameters, at random, and what TRL needs to train it: made, not downloaded."""

import tokenizers
import torch
import transformers
from datasets import Dataset

WORDS = ["<pad>", "<eos>", *"abcdefgh"]


def tokenizer():
    """A word is a token."""
    made = tokenizers.Tokenizer(tokenizers.models.WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="a"))
    made.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    return transformers.PreTrainedTokenizerFast(tokenizer_object=made, pad_token="<pad>", eos_token="<eos>")


def model(seed=0):
    """A Llama of one layer."""
    torch.manual_seed(seed)
    return transformers.LlamaForCausalLM(transformers.LlamaConfig(
        vocab_size=len(WORDS), hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2,
        num_key_value_heads=2, max_position_embeddings=64, pad_token_id=0, eos_token_id=1, bos_token_id=1))


def save(folder):
    """Model and tokenizer, as TRL's commands load them; the folder."""
    model().save_pretrained(folder)
    tokenizer().save_pretrained(folder)
    return str(folder)


def prompts():
    """Eight."""
    return Dataset.from_dict({"prompt": [f"{first} b c" for first in "abcdefgh"]})


def starts_with_low_token(completion_ids, **_):
    """1 where the first token is one of the lower half: some half of all, so groups are mixed."""
    return [float(ids[0] < len(WORDS) // 2) for ids in completion_ids]


def share_of_low_tokens(completion_ids, **_):
    """A reward that varies; None for completions that end with an even token."""
    return [None if ids[-1] % 2 == 0 else sum(i < 5 for i in ids) / len(ids) for ids in completion_ids]


SETTINGS = {
    "per_device_train_batch_size": 8, "num_generations": 4, "max_completion_length": 6, "max_steps": 2,
    "learning_rate": 1e-2, "use_cpu": True, "bf16": False, "report_to": "none", "save_strategy": "no", "logging_steps": 1,
    "disable_tqdm": True}
