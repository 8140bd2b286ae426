/** A GitLab project as its server and its path there. */
export interface ProjectAddress {
  server: string;
  path: string;
}

/**
 * Takes the address of a project's page, as copied from a browser or for cloning, apart. Undefined for anything
 * else, such as an id or a path.
 */
export function readProjectAddress(text: string): ProjectAddress | undefined {
  const { protocol, origin, pathname } = URL.parse(text.trim()) ?? {};
  if ((protocol !== 'https:' && protocol !== 'http:') || origin === undefined || pathname === undefined) {
    return undefined;
  }
  const path = pathname
    .replace(/\/-\/.*$/, '')
    .replace(/\/+$/, '')
    .replace(/\.git$/, '')
    .replace(/^\/+/, '');
  return path.includes('/') ? { server: origin, path } : undefined;
}
