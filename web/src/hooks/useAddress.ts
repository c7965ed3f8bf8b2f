import { useSyncExternalStore } from 'react';

/** The address of the page, as it is now; it may change without the page being loaded anew. */
export function useAddress(): URL {
  const href = useSyncExternalStore(onAddress, () => window.location.href);
  return new URL(href);
}

/** Goes to another address of this page, and keeps what the page has in its memory. */
export function openAddress(href: string): void {
  window.history.pushState(null, '', href);
  window.dispatchEvent(new PopStateEvent('popstate'));
  window.scrollTo(0, 0);
}

function onAddress(onChange: () => void): () => void {
  window.addEventListener('hashchange', onChange);
  window.addEventListener('popstate', onChange);
  return () => {
    window.removeEventListener('hashchange', onChange);
    window.removeEventListener('popstate', onChange);
  };
}
