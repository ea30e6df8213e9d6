export default {
  "quote.title": "一次对话要花多少钱",
};
