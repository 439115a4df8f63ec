#!/usr/bin/env node
'use strict';
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`heddle: needs Node 20.19 or newer, this is ${process.version}`);
  process.exitCode = 78;
} else {
  const { loadProgram } = require('./load-program.js');
  const program = loadProgram();
  if (program === undefined) {
    console.error('heddle: not built yet: run `npm run build`');
    process.exitCode = 78;
  } else program.main('inherited');
}
