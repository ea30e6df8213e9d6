"""The only room that knows the wire contract: questions to answers, errors to problem documents."""
