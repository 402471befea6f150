#include "app/workflows/project/question_fields.h"

namespace moe {
namespace {

constexpr QuestionField<AdaptRequest> kAdaptFields[] = {
    {"model", "Name in the catalog, FILE.toml or a config.json",
     [](AdaptRequest& q) -> FieldPlace { return &q.model; }, PathKind::kNameOrFile},
    {"method",
     "full, lora, ia3, mov, molora, esft-token, esft-gate, st-moe-non-moe, st-moe-ffn, "
     "st-moe-moe; all when absent",
     [](AdaptRequest& q) -> FieldPlace { return &q.methods; }},
    {"targets",
     "Of LoRA and MoLORA: attention, ffn, q, k, v, o, gate, up, down, router; all but embedding "
     "and head when absent",
     [](AdaptRequest& q) -> FieldPlace { return &q.targets; }},
    {"rank", "Of LoRA and MoLORA; 8 when absent",
     [](AdaptRequest& q) -> FieldPlace { return &q.rank; }},
    {"mixture", "Parts of MoV and MoLORA; 10 when absent",
     [](AdaptRequest& q) -> FieldPlace { return &q.mixture; }},
    {"freeze_router", "The model's routers are not trained, whatever the method",
     [](AdaptRequest& q) -> FieldPlace { return &q.freeze_router; }},
    {"routing", "Routing of one or more tasks, for ESFT: files and folders",
     [](AdaptRequest& q) -> FieldPlace { return &q.routing; }, PathKind::kFile},
    {"task", "Task to adapt to; the first by name when absent",
     [](AdaptRequest& q) -> FieldPlace { return &q.task; }},
    {"p",
     "Sum of scores that the chosen experts must reach; 0.2 for tokens, 0.1 for gates when absent",
     [](AdaptRequest& q) -> FieldPlace { return &q.p; }},
    {"score_average", "pooled over tokens (when absent) or per-sequence",
     [](AdaptRequest& q) -> FieldPlace { return &q.score_average; }},
    {"score_decimals", "Scores of a trace are rounded to so many; 4 when absent",
     [](AdaptRequest& q) -> FieldPlace { return &q.score_decimals; }},
    {"train_shared_experts", "ESFT trains shared experts as well",
     [](AdaptRequest& q) -> FieldPlace { return &q.train_shared_experts; }},
    {"train_non_experts", "ESFT trains all that is no expert as well",
     [](AdaptRequest& q) -> FieldPlace { return &q.train_non_experts; }},
    {"hardware", "Accelerator in the catalog; no time and no price when absent",
     [](AdaptRequest& q) -> FieldPlace { return &q.hardware; }, PathKind::kNameOrFile},
    {"devices", "Devices, each of which computes sequences of its own",
     [](AdaptRequest& q) -> FieldPlace { return &q.devices; }},
    {"tokens", "Tokens of the whole run; 500 steps when absent",
     [](AdaptRequest& q) -> FieldPlace { return &q.tokens; }},
    {"sequence_length", "Tokens of a sequence; 4096 when absent",
     [](AdaptRequest& q) -> FieldPlace { return &q.sequence_length; }},
    {"batch", "Sequences of a step; 32 when absent",
     [](AdaptRequest& q) -> FieldPlace { return &q.batch_sequences; }},
    {"micro_batch", "Sequences at once on a device; 1 when absent",
     [](AdaptRequest& q) -> FieldPlace { return &q.micro_batch_sequences; }},
    {"recompute", "Activations made again: none (when absent) or full",
     [](AdaptRequest& q) -> FieldPlace { return &q.recompute; }},
    {"zero", "ZeRO stage, 0 to 3; the least that fits when absent",
     [](AdaptRequest& q) -> FieldPlace { return &q.zero_stage; }},
    {"mfu", "Share of the peak in full fine-tuning, instead of measured rows",
     [](AdaptRequest& q) -> FieldPlace { return &q.mfu; }},
    {"usd_per_device_hour", "Price instead of the catalog's, USD per device and hour",
     [](AdaptRequest& q) -> FieldPlace { return &q.usd_per_device_hour; }},
    {"adapters", "Adapters that are served together on one base",
     [](AdaptRequest& q) -> FieldPlace { return &q.adapters; }},
    {"serving_devices", "In tensor parallel; the fewest that hold the base when absent",
     [](AdaptRequest& q) -> FieldPlace { return &q.serving_devices; }},
    {"prompt_tokens", "Mean prompt of a served request, tokens; 512 when absent",
     [](AdaptRequest& q) -> FieldPlace { return &q.prompt_tokens; }},
    {"output_tokens", "Mean output of a served request, tokens; 256 when absent",
     [](AdaptRequest& q) -> FieldPlace { return &q.output_tokens; }},
};

}  // namespace

std::span<const QuestionField<AdaptRequest>> fieldsOf(const AdaptRequest*) { return kAdaptFields; }

}  // namespace moe
