"""Started by torchrun: two_processes.py FOLDER METHOD. Trains two steps; each rank writes what it saw of the last."""

import json
import pathlib
import sys

import tiny_model
from advantaged.integrations.trl import AdvantagedGRPOTrainer
from trl import GRPOConfig

folder, method = pathlib.Path(sys.argv[1]), sys.argv[2]
seen = {}


class Trainer(AdvantagedGRPOTrainer):
    def _generate_and_score_completions(self, inputs):
        output = super()._generate_and_score_completions(inputs)
        seen["own"] = output["advantages"].tolist()
        return output


settings = {**tiny_model.SETTINGS, "per_device_train_batch_size": 4, "output_dir": str(folder)}
trainer = Trainer(model=tiny_model.model(), processing_class=tiny_model.tokenizer(), args=GRPOConfig(**settings),
                  reward_funcs=tiny_model.starts_with_low_token, train_dataset=tiny_model.prompts(), advantage=method)
trainer.train()
seen["all"] = list(trainer._logs["advantages"])
(folder / f"rank-{trainer.accelerator.process_index}.json").write_text(json.dumps(seen))
trainer.accelerator.end_training()
