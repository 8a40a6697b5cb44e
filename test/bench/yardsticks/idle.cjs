// A node that does nothing and stays.
setInterval(() => {}, 1e9);
