// Every field of an answer that the page reads, by the schema's name in /openapi.json. `read` copies these
// and no others, so that a view cannot read what is not listed here; a test compares it with the published
// document. "name" is a plain value, "name:Schema" a part or a list of parts. This is strict JSON: the
// test parses it.
export const SCHEMAS = {
  "Quote": [
    "id model catalog_revision prices_at totals:Totals requests:QuotedRequest by_model:ModelTotals",
    "by_agent:AgentTotals cost_without_strategy cache_break_even_reads lines:PriceLine",
    "context:ContextUse counts:CountedAmount workflow compiled indexing:Indexing range:Spreads",
    "retries:RetriedRequests fleet:Fleet rates_per_minute:RatesPerMinute budget:BudgetAnswer",
    "memory:MemoryUse unpriced:Unpriced assumptions warnings:Warned"
  ],
  "Totals": [
    "requests input_tokens cache_read_tokens cache_write_tokens output_tokens reasoning_tokens",
    "framing_tokens image_tokens audio_tokens video_tokens cost fees cost_without_cache",
    "cache_lost_tokens complete"
  ],
  "QuotedRequest": [
    "turn round input_tokens cache_read_tokens cache_write_tokens output_tokens reasoning_tokens",
    "context_tokens cost cumulative_cost purpose model agent"
  ],
  "ModelTotals": ["model requests input_tokens output_tokens cost"],
  "AgentTotals": ["agent requests input_tokens output_tokens cost"],
  "PriceLine": ["kind tokens unit units per when rate tier model mode window region cost source checked"],
  "ContextUse": ["window max_input peak_tokens overflows_at:Overflow model"],
  "Overflow": ["turn request agent"],
  "CountedAmount": ["what tokens method low high vocabulary model"],
  "Indexing": ["model passages tokens rate cost source checked"],
  "Spreads": [
    "samples seed cost:CostSpread input_tokens:NumberSpread output_tokens:NumberSpread",
    "requests:NumberSpread overflow_probability sensitivity:Sensitivity interactions"
  ],
  "CostSpread": ["mean p10 p50 p90 max max_is"],
  "NumberSpread": ["mean p10 p50 p90 max"],
  "Sensitivity": ["what share"],
  "RetriedRequests": ["requests cost"],
  "Fleet": ["conversations cost range:CostSpread cold warm"],
  "RatesPerMinute": [
    "requests:PerMinute input_tokens:PerMinute uncached_input_tokens:PerMinute",
    "output_tokens:PerMinute"
  ],
  "PerMinute": ["mean busiest"],
  "BudgetAnswer": ["fits turns requests probability spent"],
  "MemoryUse": [
    "kv_cache_bytes_peak kv_cache_bytes_per_token weights_bytes weights_dtype parameters method",
    "assumptions"
  ],
  "Unpriced": ["kind tokens unit units"],
  "Warned": ["code detail"],
  "Comparison": ["quotes:Quote workflow compiled considered"],
  "Failure": ["model problem:Problem"],
  "Problem": ["type title status detail request_id errors:FieldError"],
  "FieldError": ["pointer detail"],
  "ComparisonAnswer": ["base:ComparedPlan variants:QuotedVariant"],
  "ComparedPlan": ["model totals:Totals range:Spreads"],
  "QuotedVariant": ["name model totals:Totals differences:KindDifference cost_ratio range:Spreads"],
  "FailedVariant": ["name problem:Problem"],
  "KindDifference": ["kind tokens cost"],
  "SolutionAnswer": ["value monotone"],
  "ModelList": ["items:ModelSummary next_cursor"],
  "ModelSummary": [
    "id name provider aliases window max_input max_output vocabulary method rates modes checked kind",
    "retires successor regions open_weights media"
  ],
  "ModelDetail": [
    "id name provider window max_input rates modes checked retires successor regions open_weights",
    "media caching file"
  ],
  "DeploymentAnswer": [
    "model quantization kv_dtype context_tokens concurrency gpu gpu_count tensor_parallel",
    "pipeline_parallel fits per_gpu:GpuShare kv_cache_pool_bytes kv_cache_pool_tokens largest_batch",
    "longest_context_tokens options:GpuOption speed:Speed break_even:BreakEvenAnswer",
    "explained:Explained assumptions warnings:Warned"
  ],
  "GpuShare": [
    "stage gpus layers memory_bytes budget_bytes weights_bytes draft_bytes kv_cache_bytes",
    "kv_in_flight_bytes activation_bytes cuda_graph_bytes runtime_bytes padding_bytes total_bytes",
    "free_bytes"
  ],
  "GpuOption": ["gpu gpu_count memory_bytes price_per_hour"],
  "Speed": ["prefill:PrefillSpeed decode:DecodeSpeed"],
  "PrefillSpeed": ["seconds tokens_per_second bound_by"],
  "DecodeSpeed": ["sequences tokens_per_second_per_user tokens_per_second bound_by"],
  "Explained": ["what method formula"],
  "BreakEvenAnswer": [
    "api_model api_cost_per_conversation api_cost_complete gpu_price_per_hour price_source replicas",
    "conversations_per_hour utilization hosted_cost_per_conversation",
    "hosted_cost_per_conversation_at_full_load break_even_utilization",
    "break_even_conversations_per_day cheaper api_cost_per_month hosted_cost_per_month"
  ]
};

/** Schemas of which a list of answers may hold one or the other: what failed has a problem. */
const FAILED = { Quote: "Failure", QuotedVariant: "FailedVariant" };

const fieldsOf = new Map(
  Object.entries(SCHEMAS).map(([name, lines]) => [
    name,
    lines
      .join(" ")
      .split(" ")
      .map((field) => field.split(":"))
  ])
);

/** Copy the fields of a schema out of an answer; what it leaves out is null. */
export function read(schema, document) {
  if (document === null || document === undefined) return null;
  if (Array.isArray(document)) return document.map((item) => read(schema, item));
  if (FAILED[schema] && document.problem) return read(FAILED[schema], document);
  const copy = {};
  for (const [field, part] of fieldsOf.get(schema)) {
    const value = document[field] ?? null;
    copy[field] = part ? read(part, value) : value;
  }
  return copy;
}
