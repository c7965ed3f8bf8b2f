import type { ReactNode } from 'react';

interface PageProps {
  readonly children?: ReactNode;
  readonly busy?: boolean;
  /** Gives the content more room than a single column of text needs. */
  readonly wide?: boolean;
}

/** The frame of every page but the call itself. */
export function Page({ children, busy = false, wide = false }: PageProps) {
  return (
    <div className="page">
      <header className="page-header">
        <a className="wordmark" href="/">
          Sidenote
        </a>
      </header>
      <main className={wide ? 'page-main wide' : 'page-main'} aria-busy={busy}>
        {busy ? <p className="quiet">One moment…</p> : children}
      </main>
    </div>
  );
}
