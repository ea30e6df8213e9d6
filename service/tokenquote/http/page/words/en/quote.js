export default {
  "quote.title": "What a conversation will cost",
};
