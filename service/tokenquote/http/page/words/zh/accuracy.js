export default {
  "accuracy.title": "准确度",
};
