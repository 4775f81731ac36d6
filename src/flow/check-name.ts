/** The name of the check run and the context of the commit status that tell what a proposed configuration is worth. Never changes: branch protection names it. */
export const checkName = 'repowatch/config';
