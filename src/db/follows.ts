/**
 * True in SQL when a project (alias `p`) follows a repository (alias `r`) of its own installation: chosen, or not taken out of all. The one
 * rule of what is followed, for everything that joins projects with something else.
 */
export function followsSql(project: string, repository: string): string {
  return `(${project}.installation_id = ${repository}.installation_id and coalesce((select f.following from project_repositories f
    where f.project_id = ${project}.id and f.repository_id = ${repository}.id), ${project}.follow = 'all'))`;
}
