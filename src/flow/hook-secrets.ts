import type { ErrorCode } from '../core/error-catalogue.ts';
import { ok, type Outcome } from '../core/outcome.ts';
import type { Db } from '../db/connect.ts';
import type { KeyRing } from '../vault/key-ring.ts';
import { deleteSecret, findSecretsForRepository, upsertSecret } from '../vault/secrets.ts';
import { hookSecretName } from '../watches/hooks.ts';

/** Whose hook it is: a repository's, or one that an installation gives to new repositories. Our ids. */
interface HookOwner {
  installationId: string;
  repositoryId: string | null;
}

/** Where the signing keys of hooks are kept: in the vault, under names that follow from the hooks' ids. */
export interface HookSecrets {
  put(trx: Db, owner: HookOwner, key: { hookId: string; value: string }): Promise<Outcome<unknown, ErrorCode>>;
  remove(trx: Db, owner: HookOwner, hookId: string): Promise<void>;
  /** Gives a repository the key that another one of the same installation has for a hook of this id; answers whether there was one. */
  copy(trx: Db, way: { from: HookOwner & { repositoryId: string }; to: HookOwner; hookId: string }): Promise<boolean>;
}

/** Opens the vault for the keys of hooks. */
export function createHookSecrets(keyRing: KeyRing): HookSecrets {
  const scopeOf = ({ installationId, repositoryId }: HookOwner) =>
    ({ scope: repositoryId === null ? 'installation' : 'repository', installationId, repositoryId }) as const;
  const put: HookSecrets['put'] = async (trx, owner, { hookId, value }) =>
    await upsertSecret(trx, { ...scopeOf(owner), name: hookSecretName(hookId), value, destinations: null, keyRing });
  return {
    put,
    async remove(trx, owner, hookId) {
      await deleteSecret(trx, { ...scopeOf(owner), name: hookSecretName(hookId) });
    },
    async copy(trx, { from, to, hookId }) {
      const name = hookSecretName(hookId);
      const found = await findSecretsForRepository(trx, { ...from, names: [name], keyRing });
      const secret = found.get(name);
      if (!secret) return false;
      const stored = await put(trx, to, { hookId, value: secret.value });
      return (stored.ok ? stored : ok(undefined)).ok;
    },
  };
}
