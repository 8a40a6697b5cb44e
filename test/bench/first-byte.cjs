// Loaded before a step (--require): writes which built-in modules were loaded when the first name
// was about to be looked up, the first connection made or the first process started, or at the end
// where nothing of that happened, and ends the process then. It takes hold below node:net and its
// like, which would otherwise count as loaded. The name that is looked up while the rest is still to
// be loaded does not count: it is not found, so that whoever asks has to look for it again.
const { writeFileSync } = require('node:fs');

const own = new Set(process.moduleLoadList);

function tell(when) {
  const loaded = process.moduleLoadList
    .filter((entry) => !own.has(entry) && entry.startsWith('NativeModule '))
    .map((entry) => entry.slice('NativeModule '.length));
  writeFileSync(process.env.FIRST_BYTE_FILE, JSON.stringify({ when, loaded }));
}

process.once('exit', () => tell('end'));
process.noDeprecation = true;
const stopAt = (object, name, when) => {
  object[name] = () => {
    process.removeAllListeners('exit');
    tell(when);
    process.reallyExit(0);
  };
};
const names = process.binding('cares_wrap');
const notFound = -3008;
names.getaddrinfo = () => {
  stopAt(names, 'getaddrinfo', 'connection');
  return notFound;
};
stopAt(process.binding('tcp_wrap').TCP.prototype, 'connect', 'connection');
stopAt(process.binding('process_wrap').Process.prototype, 'spawn', 'process');
