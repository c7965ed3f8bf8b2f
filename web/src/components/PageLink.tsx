import type { MouseEvent, ReactNode } from 'react';
import { openAddress } from '../hooks/useAddress';

interface PageLinkProps {
  readonly to: string;
  readonly className?: string;
  readonly children: ReactNode;
}

/** A link within the page: an API key that was typed in is not lost by following it. */
export function PageLink({ to, className, children }: PageLinkProps) {
  const onClick = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    openAddress(to);
  };
  return (
    <a href={to} className={className} onClick={onClick}>
      {children}
    </a>
  );
}
