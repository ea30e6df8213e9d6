// Plans to start from, each a situation that people ask about. Their amounts are examples, not
// measurements.
const SHOP =
  "You are the support agent of a bicycle shop. Be brief and friendly, never promise a delivery day, and ask " +
  "for the order number before you look anything up.";

export const EXAMPLES = [
  {
    name: "support",
    plan: {
      model: "openai/gpt-5.4-mini",
      system: SHOP,
      tools: 900,
      turns: [{ user: 120, assistant: 260, reasoning: 0, repeat: 12 }],
    },
    view: { rivals: ["anthropic/claude-haiku-4-5", "google/gemini-3.6-flash"] },
  },
  {
    name: "agent",
    plan: {
      model: "anthropic/claude-sonnet-5-5",
      system: 3500,
      tools: 9000,
      caching: { enabled: true },
      turns: [
        {
          user: 800,
          tool_rounds: [
            { calls: [{ call: 90, result: { p50: 1400, p90: 5200 } }], reasoning: 120, repeat: 40 },
          ],
          assistant: 600,
          reasoning: 300,
        },
      ],
    },
    view: { rivals: ["openai/gpt-6-sol", "deepseek/deepseek-v4-pro"] },
  },
  {
    name: "rag",
    plan: {
      model: "openai/gpt-6-luna",
      system: 600,
      history: { strategy: "retrieval", tokens: 4000, turns: 4 },
      turns: [{ user: 60, assistant: 350, reasoning: 0, repeat: 20 }],
      conversations: 10_000,
    },
    view: { rivals: ["google/gemini-3.5-flash-lite", "mistral/mistral-small-2603"] },
  },
  {
    name: "images",
    plan: {
      model: "google/gemini-3.6-flash",
      system: 300,
      turns: [
        {
          user: [
            { type: "text", text: "What is wrong with this bicycle?" },
            { type: "image", width: 1920, height: 1080 },
          ],
          assistant: 300,
          reasoning: 0,
          repeat: 6,
        },
      ],
    },
    view: { rivals: ["openai/gpt-5.4-mini", "anthropic/claude-haiku-4-5"] },
  },
  {
    name: "group",
    plan: {
      model: "openai/gpt-6.1-terra",
      system: 200,
      workflow: { kind: "group_chat", speakers: 4, rounds: 5, message: 220 },
    },
    view: { rivals: ["anthropic/claude-sonnet-5-5", "xai/grok-4.7"] },
  },
];
