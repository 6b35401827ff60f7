#error never seen
