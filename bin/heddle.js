#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { enablePrivateCompileCache } from './compile-cache.js';
const [major, minor] = process.versions.node.split('.').map(Number);
const program = new URL('../dist/main.js', import.meta.url);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`heddle: needs Node 20.19 or newer, this is ${process.version}`);
  process.exitCode = 78;
} else if (!existsSync(program)) {
  console.error('heddle: not built yet: run `npm run build`');
  process.exitCode = 78;
} else {
  enablePrivateCompileCache();
  await (await import(program)).main();
}
