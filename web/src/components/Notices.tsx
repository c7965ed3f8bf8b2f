import type { Notice } from '../core/notices';

interface NoticesProps {
  readonly notices: readonly Notice[];
  readonly onClose: (id: string) => void;
}

/** Whom the call cannot hear, and why, for as long as it matters. */
export function Notices({ notices, onClose }: NoticesProps) {
  return (
    <div className="notices" data-testid="notices">
      {notices.map((notice) => (
        <div key={notice.id} className="notice" role="alert" data-reason={notice.reason}>
          <p>{notice.text}</p>
          {/* Of a change there is no end to wait for. */}
          {notice.reason === 'recognizer_changed' && (
            <button
              type="button"
              className="button small plain"
              onClick={() => {
                onClose(notice.id);
              }}
            >
              Close
            </button>
          )}
        </div>
      ))}
    </div>
  );
}
