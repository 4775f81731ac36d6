/**
 * Names a part of the server for fastify. Without a name it compares the part with everything that was ever loaded, at each start: a tenth
 * of a second where modules are watched over, as tests do.
 */
export function namePlugin<Plugin extends object>(name: string, plugin: Plugin): Plugin {
  return Object.assign(plugin, { [Symbol.for('fastify.display-name')]: name });
}
