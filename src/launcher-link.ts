/**
 * Calls back once when the launcher (bin.js) is gone, even if it was killed: its channel closes with it. Without this, a
 * killed `repowatch start` would leave a server behind that nobody can stop. Does nothing when there is no launcher.
 */
export function onLauncherGone(callback: () => void): void {
  if (process.channel === undefined || process.channel === null) return;
  process.once('disconnect', callback);
  // Listening must not be what keeps a finished command alive.
  process.channel.unref();
}
