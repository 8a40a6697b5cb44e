/**
 * Whoever imports this first keeps the task library from its disk: when it is imported, it would write
 * the keys of its vault, of the proxy's password and of client certificates into the temp folder,
 * before any code of ours can catch that the folder is full or read-only.
 */
Object.assign(globalThis, { _vsts_task_lib_loaded: true });
