import { z } from 'zod';
import { compatibilityNames } from '../../changes/compatibility-names.ts';
import { parseStatusRange } from './judge.ts';

/** How the body is written: our envelope, or as one of the systems that receivers may have been written for. */
const bodyFormats = ['standard', 'github', 'webgme', 'radar'] as const;

const statusRule = z
  .union([z.int(), z.string()])
  .refine((rule) => parseStatusRange(rule) !== undefined, 'Write a status such as 202, a family such as 2xx, or a range such as 200-204.');

const pem = z.string().min(1).max(65_536);

/** The names that the older system gave to events. */
const olderEvents = [...compatibilityNames.keys()].filter((name) => name === name.toUpperCase());

/** `with:` of a webhook step. */
export const webhookInput = z
  .strictObject({
    url: z.string().min(1).max(8192).describe('Where to send: https, or http to a destination that the operator lists in OUTBOUND_ALLOW.'),
    method: z.enum(['POST', 'PUT', 'PATCH', 'DELETE', 'GET']).default('POST'),
    headers: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String))
      .default({})
      .describe('Further headers; they may replace content-type and user-agent, not the ones that frame or sign the request.'),
    body: z.unknown().optional().describe('Text is sent as it stands, everything else as JSON. Without it: the body that `format` names.'),
    format: z
      .enum(bodyFormats)
      .default('standard')
      .describe(
        '`standard`: an envelope with type, timestamp and data. `github`: what GitHub sent, with its headers. `webgme`, `radar`: the bodies of those systems.',
      ),
    events: z
      .array(z.enum(olderEvents as [string, ...string[]]))
      .min(1)
      .optional()
      .describe('With `format: webgme`: only bodies of these events.'),
    hook_id: z.string().min(1).max(200).optional().describe('With `format: webgme`: the `hookId` of the bodies. Default: the watch’s id.'),
    params: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('With `format: radar`: the `params` of the body. Default: what was given by hand, and the parameters of the branch.'),
    secret: z
      .union([z.string().min(1), z.array(z.string().min(1)).min(1).max(2)])
      .optional()
      .describe(
        'Signing key (Standard Webhooks): whsec_ and base64, whsk_ and base64 for ed25519, or plain text. Two of them while a key is being replaced.',
      ),
    success: z
      .union([statusRule, z.array(statusRule).min(1)])
      .default('2xx')
      .describe('Which statuses count as success.'),
    ca: pem.optional().describe('Certificates in PEM to trust for this receiver, instead of the system’s.'),
    client_cert: pem.optional().describe('A certificate in PEM to show to the receiver (mutual TLS); with `client_key`.'),
    client_key: pem.optional().describe('The private key of `client_cert` in PEM, without a passphrase.'),
  })
  .refine(({ body, format }) => body === undefined || format === 'standard', {
    path: ['body'],
    message: 'Give either a body of your own or a format, not both.',
  });

export type WebhookInput = z.output<typeof webhookInput>;
