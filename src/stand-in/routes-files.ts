import { ApiProblem, notFound, textField, unprocessable, type ApiAnswer, type RepositoryRequest, type Route } from './api-request.ts';
import { findRef, listTree, resolveCommit, writeCommit, writeRef } from './git-repository.ts';
import { changeRefs, placeOf } from './push-events.ts';
import { apiBase, placeFor } from './routes-repositories.ts';
import { fullName } from './world.ts';

/** What an App writes with contents: a ref, and a file as a commit of its own. */
export const fileRoutes: Route<RepositoryRequest>[] = [
  { method: 'POST', pattern: '/git/refs', permission: 'contents:write', handle: createRef },
  { method: 'PUT', pattern: '/contents/*', permission: 'contents:write', handle: putFile },
];

function refuseArchived({ repository }: RepositoryRequest): void {
  if (repository.archived) throw new ApiProblem(403, 'Repository was archived so is read-only.');
}

async function createRef(request: RepositoryRequest): Promise<ApiAnswer> {
  refuseArchived(request);
  const { world, repository, body } = request;
  const [ref = '', sha = ''] = [textField(body, 'ref'), textField(body, 'sha')];
  if (!/^refs\/[^/]+\/./.test(ref)) throw unprocessable("Reference name must start with 'refs/' and have at least two slashes.");
  if ((await resolveCommit(placeFor(request), sha)) !== sha) throw unprocessable('Object does not exist');
  await changeRefs(world, repository, {
    sender: world.app.bot,
    change: async (before) => {
      if (before.some(({ name }) => name === ref)) throw unprocessable('Reference already exists');
      try {
        await writeRef(placeOf(world, repository), ref, sha);
      } catch {
        throw unprocessable(`${ref} is not a valid ref name.`);
      }
    },
  });
  const url = `${apiBase(request)}/git/${ref}`;
  return { status: 201, body: { ref, node_id: '', url, object: { type: 'commit', sha, url: `${apiBase(request)}/git/commits/${sha}` } } };
}

async function putFile(request: RepositoryRequest): Promise<ApiAnswer> {
  refuseArchived(request);
  const { world, repository, body } = request;
  const path = request.param('*').replace(/^\/+|\/+$/g, '');
  const [message, content] = [textField(body, 'message'), textField(body, 'content')];
  if (message === undefined || content === undefined) throw unprocessable('Invalid request.\n\n"message", "content" weren\'t supplied.');
  const branch = textField(body, 'branch') ?? repository.defaultBranch;
  if (!(await findRef(placeFor(request), `refs/heads/${branch}`))) throw new ApiProblem(404, `Branch ${branch} not found`);
  const given = textField(body, 'sha');
  const commit = await changeRefs(world, repository, {
    sender: world.app.bot,
    change: async (before) => {
      const parent = before.find(({ name }) => name === `refs/heads/${branch}`)?.sha;
      if (parent === undefined) throw notFound();
      const [there] = await listTree(placeFor(request), parent, { path });
      if (there && given === undefined) throw unprocessable('Invalid request.\n\n"sha" wasn\'t supplied.');
      if (given !== undefined && there?.sha !== given) throw new ApiProblem(409, `${path} does not match ${given}`);
      const { login } = world.app.bot;
      const author = { name: login, email: `${login}@users.noreply.github.test` };
      const files = { [path]: Buffer.from(content, 'base64').toString() };
      return await writeCommit(placeOf(world, repository), { branch, message, files, author, at: world.now(), parent });
    },
  });
  const [file] = await listTree(placeFor(request), commit, { path });
  const web = `${world.url}/${fullName(repository)}`;
  return {
    status: given === undefined ? 201 : 200,
    body: {
      content: {
        name: path.slice(path.lastIndexOf('/') + 1),
        path,
        sha: file?.sha,
        size: file?.size,
        type: 'file',
        html_url: `${web}/blob/${branch}/${path}`,
      },
      commit: { sha: commit, message, html_url: `${web}/commit/${commit}` },
    },
  };
}
