/** A name and the body of a script that takes `given`. */
export type Abuse = readonly [name: string, text: string];

/** Bodies that never end by themselves and compute all the time. */
export const endless: readonly Abuse[] = [
  ['a loop', 'while (1);'],
  ['a loop of microtasks', 'const again = () => Promise.resolve().then(again); await again();'],
  ['a generator without end', 'function* all() { for (;;) yield 1; } for (const one of all()) void one;'],
  ['an async generator without end', 'async function* all() { for (;;) yield 1; } for await (const one of all()) void one;'],
  ['native code that ignores termination', 'Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1);'],
  ['native code with a proxy', 'Array.prototype.indexOf.call(new Proxy({}, { get: () => 2 ** 53 - 1, has: () => false }), 1);'],
  ['a regular expression', '/^(a+)+$/.test("a".repeat(40) + "b");'],
  ['a regular expression with references', '/^(?:(a|a|b)\\1?)*c$/.test("a".repeat(60));'],
  ['a sort that never agrees', 'for (;;) new Array(100000).fill(0).sort(() => Math.random() - 0.5);'],
  ['a loop after the result', 'Promise.resolve().then(() => {}).then(() => {}).then(() => {}).then(() => { while (1); }); return {};'],
  ['a loop in toJSON', 'return { a: { toJSON() { while (1); } } };'],
  ['a loop in a getter of the outputs', 'return { get a() { while (1); } };'],
  ['a proxy as outputs', 'return new Proxy({}, { ownKeys() { while (1); } });'],
  ['a thenable as outputs', 'return { then() { while (1); } };'],
  ['a loop in a getter of an error', 'throw Object.defineProperty(new Error(), "message", { get() { while (1); } });'],
  ['a loop in the stack of an error', 'const e = new Error("x"); Object.defineProperty(e, "stack", { get() { while (1); } }); throw e;'],
  ['a loop in the text of an address', 'await given.fetch({ toString() { while (1); } });'],
  ['a loop while it logs', 'given.log({ toJSON() { while (1); } });'],
  ['a loop in prepareStackTrace', 'Error.prepareStackTrace = () => { while (1); }; null.x;'],
  ['a BigInt power', 'let x = 3n; for (;;) x = (x * x) % (2n ** 200000n);'],
];

/** Bodies that wait for what never comes. */
export const waitsForEver: readonly Abuse[] = [
  ['a promise nobody settles', 'await new Promise(() => {});'],
  ['a thenable that never answers', 'await { then() {} };'],
  ['outputs that never answer', 'return { then() {} };'],
];

/** Bodies that take all the memory there is. */
export const hungry: readonly Abuse[] = [
  ['arrays', 'const a = []; for (;;) a.push(new Array(1000).fill(1.5));'],
  ['objects after a fetch', 'await given.fetch("https://x"); const a = []; for (;;) a.push({ a: 1 });'],
  ['a map', 'const m = new Map(); for (let i = 0; ; i += 1) m.set(i, i);'],
  ['closures', 'const a = []; for (;;) { const b = new Array(100).fill(0); a.push(() => b); }'],
  ['typed arrays', 'const a = []; for (;;) a.push(new Float64Array(1e6).fill(1));'],
  [
    'a resizable buffer',
    'const b = new ArrayBuffer(1, { maxByteLength: 3e9 }); for (let i = 1; i < 300; i += 1) { b.resize(i * 1e7); new Uint8Array(b).fill(1); }',
  ],
  ['a padded string', '"x".padStart(2 ** 29 - 25, "abc").padEnd(2 ** 29 - 24).split("");'],
  ['promises', 'const a = []; for (;;) a.push(Promise.resolve().then(() => new Array(100).fill(1)));'],
  ['symbols', 'const a = {}; for (let i = 0; ; i += 1) a[Symbol("s".repeat(50) + i)] = [i];'],
];

/** Bodies that can only harm themselves. */
export const selfDestructive: readonly Abuse[] = [
  ['a stack without end', 'const f = () => f() + f(); f();'],
  ['a stack in toJSON', 'return { toJSON() { return { a: this.toJSON() }; } };'],
  ['an array that is too long', 'new Array(2 ** 32);'],
  ['a string that is too long', 'let s = "x"; for (;;) s += s;'],
  ['a BigInt that is too large', 'let x = 2n; for (;;) x = x * x;'],
  ['a circle', 'const a = {}; a.a = a; return a;'],
  ['a revoked proxy', 'const p = Proxy.revocable({}, {}); p.revoke(); return p.proxy;'],
  ['a symbol as outputs', 'return Symbol("x");'],
  ['an error without a prototype', 'const e = Object.create(null); throw e;'],
  ['an error that lies', 'throw Object.assign(new Error("x"), { name: { toString() { throw 1; } } });'],
  ['a getter that throws', 'return { get a() { throw new Error("no"); } };'],
];

/** Expressions that look for a way out: each is undefined, or an error. */
export const ways: readonly string[] = [
  'globalThis.constructor.constructor("return process")()',
  'given.log.constructor("return process")()',
  'given.fetch.constructor("return process")()',
  'given.state.set.constructor("return process")()',
  'given.github.request.constructor("return process")()',
  'given.constructor.constructor("return process")()',
  '(async () => {}).constructor("return process")()',
  '(function* () {}).constructor("return process")().next().value',
  '(0, eval)("process")',
  'new Function("return this.process ?? this.require")()',
  '(await given.fetch("https://x")).text.constructor("return process")()',
  '(await given.fetch("https://x")).constructor.constructor("return process")()',
  '(() => { try { null.x } catch (e) { return e.constructor.constructor("return process")() } })()',
  '(() => { try { given.fetch.call(null, Symbol()) } catch (e) { return e.constructor.constructor("return process")() } })()',
  '(() => { let seen; Error.prepareStackTrace = (e, frames) => { for (const f of frames) { const g = f.getThis?.() ?? f.getFunction?.(); if (g && g.process) seen = g.process; } return ""; }; new Error().stack; return seen; })()',
  '(function f() { return (f.caller ?? {}).process })()',
  '(function () { return arguments.callee.caller })()',
  'Reflect.ownKeys(globalThis).find((key) => /ivm|isolated|host|finish|ask|require|process|module/i.test(String(key)))',
  'Object.getOwnPropertySymbols(globalThis).map((key) => globalThis[key]).find((value) => value?.process)',
  'globalThis.Symbol.for("nodejs.util.inspect.custom") in globalThis ? 1 : undefined',
  '(() => { const seen = []; Object.defineProperty(Object.prototype, "then", { configurable: true, get() { if (this?.process) seen.push(this.process); } }); return seen[0]; })()',
  '(() => { let seen; Function.prototype.call = function (self, ...rest) { seen = self?.process ?? rest.find((one) => one?.process); }; given.log("x"); return seen; })()',
  'process.env.REPOWATCH_CANARY',
  'process.binding("fs")',
  'process.mainModule.require("fs")',
  'require("fs").readFileSync("/etc/passwd", "utf8")',
  '(await import("node:fs")).readFileSync("/etc/passwd", "utf8")',
  '(await import("data:text/javascript,export default process")).default',
  'import.meta.url',
  'import.meta.resolve("fs")',
  'Buffer.from("a")',
  'setTimeout(() => {}, 1)',
  'new XMLHttpRequest()',
  'new WebSocket("wss://127.0.0.1")',
  'globalThis.fetch',
  'new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))',
  'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1e6)',
  'new SharedArrayBuffer(8)',
  'new (class extends given.fetch.constructor {})("return process")()',
  'JSON.parse(\'{"__proto__":{"process":1}}\').constructor.constructor("return process")()',
  'new ShadowRealm().evaluate("process")',
  'navigator.hardwareConcurrency',
  'performance.now()',
  'new Worker("data:,")',
  'structuredClone({})',
  '(() => { const d = new FinalizationRegistry(() => {}); return d.constructor.constructor("return process")() })()',
];
