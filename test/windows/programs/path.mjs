// Puts a folder before all others on the PATH of the steps that follow.
console.log(`##vso[task.prependpath]${process.env.TOOLS}`);
