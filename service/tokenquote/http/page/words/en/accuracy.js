export default {
  "accuracy.title": "Accuracy",
};
