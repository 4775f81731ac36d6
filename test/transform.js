// Jest's transform: Node's own type stripping, so what is tested is what runs (docs/adr/0002-type-stripping.md).
import { stripTypeScriptTypes } from 'node:module';

export default {
  process(source, path) {
    return { code: path.endsWith('.ts') ? stripTypeScriptTypes(source, { mode: 'strip' }) : source };
  },
  processAsync(source, path) {
    return Promise.resolve(this.process(source, path));
  },
};
