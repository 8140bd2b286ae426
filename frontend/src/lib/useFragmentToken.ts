import { useEffect, useState } from 'react';

/**
 * The token that a link brought in its fragment. The fragment never reaches a server, and it is taken
 * out of the address at once, so that neither history nor a shared screen keeps it.
 */
export function useFragmentToken(): string {
  const [token] = useState(() => decodeURIComponent(window.location.hash.slice(1)).replace(/^token=/, ''));
  useEffect(() => {
    if (window.location.hash !== '') {
      window.history.replaceState(
        window.history.state,
        '',
        window.location.pathname + window.location.search,
      );
    }
  }, []);
  return token;
}
