/** The places of the site's menu. A page names the one it belongs to. */
export type Place = (typeof menu)[number]['places'][number]['place'];

/** A place of the menu: where it leads, and by which key. */
export interface MenuPlace<Name extends string = string> {
  place: Name;
  title: string;
  path: string;
  icon: string;
  /** After `g`. */
  key: string;
  /** Shown to administrators of this server only. */
  admin?: true;
}

const at = <const Name extends string>(place: MenuPlace<Name>): MenuPlace<Name> => place;

/** The menu, in groups: what happened first, then what is connected, then who, then how it runs. */
export const menu = [
  {
    title: '',
    places: [
      at({ place: 'overview', title: 'Overview', path: '/', icon: 'home', key: 'o' }),
      at({ place: 'repositories', title: 'Repositories', path: '/repositories', icon: 'repo', key: 'r' }),
      at({ place: 'projects', title: 'Projects', path: '/projects', icon: 'project', key: 'p' }),
    ],
  },
  {
    title: 'Activity',
    places: [
      at({ place: 'runs', title: 'Runs', path: '/runs', icon: 'play', key: 'u' }),
      at({ place: 'changes', title: 'Changes', path: '/changes', icon: 'git-commit', key: 'c' }),
      at({ place: 'deliveries', title: 'Deliveries', path: '/deliveries', icon: 'inbox', key: 'd' }),
      at({ place: 'lanes', title: 'Lanes', path: '/lanes', icon: 'list-ordered', key: 'l' }),
      at({ place: 'tickets', title: 'Tickets', path: '/tickets', icon: 'tasklist', key: 'k' }),
    ],
  },
  {
    title: 'Connections',
    places: [
      at({ place: 'installations', title: 'Installations', path: '/installations', icon: 'plug', key: 'i' }),
      at({ place: 'destinations', title: 'Destinations', path: '/destinations', icon: 'webhook', key: 'e' }),
      at({ place: 'triggers', title: 'Triggers', path: '/triggers', icon: 'zap', key: 't' }),
      at({ place: 'secrets', title: 'Secrets', path: '/secrets', icon: 'key', key: 's' }),
    ],
  },
  {
    title: 'People',
    places: [
      at({ place: 'people', title: 'People', path: '/people', icon: 'people', key: 'm' }),
      at({ place: 'tokens', title: 'Tokens', path: '/tokens', icon: 'key-asterisk', key: 'n' }),
      at({ place: 'audit', title: 'Audit log', path: '/audit', icon: 'log', key: 'a' }),
    ],
  },
  {
    title: 'Health',
    places: [
      at({ place: 'recovery', title: 'Recovery', path: '/recovery', icon: 'history', key: 'v', admin: true }),
      at({ place: 'budget', title: 'Budget', path: '/budget', icon: 'meter', key: 'b' }),
      at({ place: 'doctor', title: 'Doctor', path: '/doctor', icon: 'pulse', key: 'h', admin: true }),
      at({ place: 'settings', title: 'Settings', path: '/settings', icon: 'gear', key: ',' }),
    ],
  },
] as const;
