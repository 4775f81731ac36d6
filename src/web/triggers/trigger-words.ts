import type { TriggerItem } from '../../http/schemas/trigger.ts';

/** How each kind of sender proves itself, and where its address and secret are typed in. */
export const providerWords: Record<
  TriggerItem['provider'],
  { name: string; teller: string; icon: string; proof: string; where: string; becomes: string }
> = {
  github: {
    name: 'GitHub',
    teller: 'A webhook on GitHub of',
    icon: 'mark-github',
    proof: 'X-Hub-Signature-256, signed with the secret',
    where: 'On GitHub: the repository’s Settings → Webhooks → Add webhook. Content type application/json.',
    becomes: 'the changes that the App’s own webhook makes',
  },
  gitlab: {
    name: 'GitLab',
    teller: 'GitLab’s project',
    icon: 'git-branch',
    proof: 'X-Gitlab-Token, which is the secret',
    where: 'On GitLab: the project’s Settings → Webhooks → Add new webhook. The secret goes into “Secret token”.',
    becomes: 'inbound.received, with ref, before, after, person and link',
  },
  generic: {
    name: 'Anything else',
    teller: 'Whoever has its secret, for',
    icon: 'zap',
    proof: 'X-Signature-256: sha256=<HMAC-SHA256 of the body, hex>, or the headers of Standard Webhooks',
    where: 'In whatever sends: sign the body with the secret and post it to the address.',
    becomes: 'inbound.received',
  },
};

/** A command line that sends a signed test message, with the secret in the environment: it shows up in no history of commands. */
export function testCommand(trigger: Pick<TriggerItem, 'provider' | 'repository'>, uri: string, body: string): string {
  const post = `curl -X POST '${uri}' -H 'content-type: application/json'`;
  if (trigger.provider === 'gitlab')
    return `TRIGGER_SECRET='…'\n${post} \\\n  -H 'x-gitlab-event: Test Hook' -H "x-gitlab-token: $TRIGGER_SECRET" -d '${body}'`;
  const header = trigger.provider === 'github' ? 'x-hub-signature-256' : 'x-signature-256';
  const more = trigger.provider === 'github' ? ` -H 'x-github-event: ping' -H "x-github-delivery: $(uuidgen)"` : ` -H 'x-event: test'`;
  return [
    `TRIGGER_SECRET='…'; BODY='${body}'`,
    `SIGNATURE=$(printf %s "$BODY" | openssl dgst -sha256 -hmac "$TRIGGER_SECRET" -r | cut -d ' ' -f 1)`,
    `${post} \\`,
    `  -H "${header}: sha256=$SIGNATURE"${more} -d "$BODY"`,
  ].join('\n');
}
