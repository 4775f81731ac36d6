/** What Octokit hands to a hook about a request: merged, but not yet made into an address. */
export interface RequestOptions {
  method: string;
  url: string;
  headers: Record<string, string | undefined>;
  request?: RequestMarks;
}

/** Our own notes on a request; they travel with it through the hooks and never leave the machine. */
interface RequestMarks {
  /** What the caller kept of an earlier answer: see mark.ts. */
  known?: string | undefined;
  /** True when an earlier answer may stand in for this one after GitHub said that nothing changed. */
  remember?: boolean;
  /** True for what costs nothing, and is asked in order to know what may be spent. */
  free?: boolean;
}

/** An answer as Octokit gives it. */
export interface HookResponse {
  status: number;
  url: string;
  headers: Record<string, string | undefined>;
  data: unknown;
}

/** Sends a request on its way, through the hooks further in. */
export type SendRequest = (options: RequestOptions) => Promise<HookResponse>;

/** The part of an Octokit that takes hooks. A hook that comes later stands further out; all of them are given the same options. */
export interface Hookable {
  hook: { wrap(name: 'request', hook: (send: SendRequest, options: RequestOptions) => Promise<HookResponse>): void };
  request: {
    (route: string, parameters?: object): Promise<HookResponse>;
    endpoint(options: object): { url: string };
  };
}
