import { createHash, randomBytes } from 'node:crypto';
import { readAccount, type Account, type Json, type World } from './world.ts';

/** A device that waits until its person has typed in the code. */
interface Device {
  userCode: string;
  user: Account | undefined;
}

/** What this GitHub has given to people: tokens that end, and the ones that replace them once. */
interface UserTokens {
  access: Map<string, { user: Account; expiresAt: number }>;
  refresh: Map<string, { user: Account; access: string }>;
  devices: Map<string, Device>;
}

const known = new WeakMap<World, UserTokens>();
const lifetimeSeconds = 28_800;
const refreshLifetimeSeconds = 15_897_600;

function tokensOf(world: World): UserTokens {
  const found = known.get(world) ?? { access: new Map(), refresh: new Map(), devices: new Map() };
  known.set(world, found);
  return found;
}

/** Gives a person a token and the one that replaces it. */
export function giveUserToken(world: World, user: Account): Json {
  const tokens = tokensOf(world);
  const access = `ghu_${randomBytes(18).toString('hex')}`;
  const refresh = `ghr_${randomBytes(38).toString('hex')}`;
  tokens.access.set(access, { user, expiresAt: world.now().getTime() + lifetimeSeconds * 1000 });
  tokens.refresh.set(refresh, { user, access });
  return {
    access_token: access,
    expires_in: lifetimeSeconds,
    refresh_token: refresh,
    refresh_token_expires_in: refreshLifetimeSeconds,
    token_type: 'bearer',
    scope: '',
  };
}

/** Replaces a token: the one that is used and its access token end (handbook I10). */
export function refreshUserToken(world: World, refresh: string): Json {
  const tokens = tokensOf(world);
  const found = tokens.refresh.get(refresh);
  if (!found) return { error: 'bad_refresh_token', error_description: 'The refresh token passed is incorrect or expired.' };
  tokens.refresh.delete(refresh);
  tokens.access.delete(found.access);
  return giveUserToken(world, found.user);
}

/** Whose token that is; undefined when it is none, or has ended. */
export function userOfToken(world: World, token: string): Account | undefined {
  const found = tokensOf(world).access.get(token);
  return found && found.expiresAt > world.now().getTime() ? found.user : undefined;
}

/** Every access token of people ends; what replaces it still works. */
export function expireUserTokens(world: World): void {
  for (const token of tokensOf(world).access.values()) token.expiresAt = 0;
}

/** Ends everything that a person was given. */
export function revokeUserTokens(world: World, user: Account): void {
  const { access, refresh } = tokensOf(world);
  for (const [text, token] of access) if (token.user === user) access.delete(text);
  for (const [text, token] of refresh) if (token.user === user) refresh.delete(text);
}

/** Ends everything that the owner of a token was given; answers who that is, undefined for a token that is none. */
export function revokeGrantOf(world: World, access: string): Account | undefined {
  const user = tokensOf(world).access.get(access)?.user;
  if (user) revokeUserTokens(world, user);
  return user;
}

/** Begins the sign-in of a device. */
export function beginDevice(world: World): Json {
  const deviceCode = randomBytes(20).toString('hex');
  const letters = createHash('sha256').update(deviceCode).digest('hex').toUpperCase();
  const userCode = `${letters.slice(0, 4)}-${letters.slice(4, 8)}`;
  tokensOf(world).devices.set(deviceCode, { userCode, user: undefined });
  return { device_code: deviceCode, user_code: userCode, verification_uri: `${world.url}/login/device`, expires_in: 900, interval: 5 };
}

/** A person types in the code of a device and says yes. */
export function approveDevice(world: World, userCode: string, login: string): void {
  const device = [...tokensOf(world).devices.values()].find((each) => each.userCode === userCode);
  if (!device) throw new Error(`No device waits with the code ${userCode}`);
  device.user = readAccount(world, login);
}

/** A token for a device, once its code was typed in. */
export function pollDevice(world: World, deviceCode: string): Json {
  const { devices } = tokensOf(world);
  const device = devices.get(deviceCode);
  if (!device) return { error: 'incorrect_device_code', error_description: 'The device_code provided is not valid.' };
  if (!device.user) return { error: 'authorization_pending', error_description: 'The authorization request is still pending.' };
  devices.delete(deviceCode);
  return giveUserToken(world, device.user);
}
