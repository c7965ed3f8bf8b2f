/** Says that something was received that this page could not make sense of. */
export function Unreadable({ count }: { readonly count: number }) {
  if (count === 0) return null;
  return (
    <p className="unreadable" data-testid="unreadable">
      {count === 1 ? 'One message' : `${count} messages`} could not be read. If this goes on, reload
      the page.
    </p>
  );
}
