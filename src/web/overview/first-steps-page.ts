import type { FirstSteps } from '../../http/schemas/first-look.ts';
import type { Repository } from '../../http/schemas/repository.ts';
import { html, safeUrl, type Html } from '../html.ts';
import { icon } from '../icons.ts';
import type { ListAnswer } from '../kit/api-client.ts';
import { livePart } from '../kit/frame.ts';
import type { Site } from '../kit/site.ts';
import type { PageDefinition, View } from '../kit/view.ts';
import { pageHead, section } from '../parts/page-head.ts';
import { firstStepsView } from './first-steps-view.ts';

/** How many repositories can be chosen from; the others have an address of their own. */
const offeredRepositories = 100;

/** A file that does something that can be seen at once. */
function starterFile(branch: string): string {
  return `# What happens when something changes in this repository.
version: 1
watches:
  hello:
    on:
      push:
        branches: [${/^[\w.-]+$/.test(branch) ? branch : JSON.stringify(branch)}]
    steps:
      - uses: script
        with:
          run: |
            export default ({ actor, ref, commit, log }) => {
              log(actor?.login, 'pushed to', ref.name, commit.message);
            };
`;
}

function starterView(view: View, repositories: readonly Repository[]): Html {
  const chosen =
    repositories.find(({ full_name: name }) => name === view.query['repository']) ??
    repositories.find(({ config_status: status }) => status === 'absent' || status === 'unknown') ??
    repositories[0];
  const branch = chosen?.default_branch ?? 'main';
  const text = starterFile(branch);
  const page = safeUrl(chosen?.html_url ?? null);
  const query = new URLSearchParams({ filename: '.github/repowatch.yml', value: text });
  return html`${
      repositories.length > 0 &&
      html`<form class="filters" method="get" action="/first-steps#starter">
        <label for="starter-repository">For</label>
        <select id="starter-repository" name="repository" data-submit>
          ${repositories.map(({ full_name: name }) => html`<option value="${name}" ${name === chosen?.full_name && 'selected'}>${name}</option>`)}
        </select>
        <button class="btn" type="submit">Choose</button>
        ${
          page !== null &&
          html`<a class="btn btn-primary" href="${page}/new/${encodeURIComponent(branch)}?${query.toString()}" rel="noreferrer"
            >${icon('mark-github')} <span>Create it on GitHub</span></a
          >`
        }
      </form>`
    }
    <div class="starter">
      <div class="starter-head">
        <code>.github/repowatch.yml</code>
        <button class="btn btn-sm" type="button" data-copy="starter-file">${icon('copy')}<span>Copy</span></button>
      </div>
      <pre id="starter-file" tabindex="0" aria-label="A file to start with">${text}</pre>
    </div>`;
}

/** The page of the first steps. */
export function firstStepsPage(site: Site): PageDefinition {
  return {
    path: '/first-steps',
    place: 'overview',
    async render(view) {
      const [steps, repositories] = await Promise.all([
        view.api.get<FirstSteps>('/api/first-steps'),
        view.api.get<ListAnswer<Repository>>(`/api/repos?status=active&limit=${offeredRepositories}`),
      ]);
      const live = { steps: firstStepsView(view, { site, steps, level: 2 }) };
      const body = html`${pageHead({
        title: 'First steps',
        icon: 'rocket',
        crumbs: [{ title: 'Overview', path: '/' }],
        intro: 'From an empty server to the first push that does something. Each step is ticked by itself as soon as it is done.',
      })}
      ${livePart('steps', live.steps)}
      ${section('A file to start with', starterView(view, repositories.data), {
        id: 'starter',
        intro: 'It writes a line into the log of a run on every push. Put it on the default branch: it counts from the next push on.',
      })}`;
      return { title: 'First steps', body, live };
    },
  };
}
