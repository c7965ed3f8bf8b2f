import { isUrgent, type Notice } from '../core/notices';

interface NoticesProps {
  readonly notices: readonly Notice[];
  readonly onClose: (id: string) => void;
}

/** Whom the call cannot hear and what else a host should know, for as long as it matters. */
export function Notices({ notices, onClose }: NoticesProps) {
  return (
    <div className="notices" data-testid="notices">
      {notices.map((notice) => (
        <div
          key={notice.id}
          className="notice"
          role={isUrgent(notice) ? 'alert' : 'status'}
          data-reason={notice.reason}
          data-urgent={isUrgent(notice)}
        >
          <p>{notice.text}</p>
          {/* Of a change there is no end to wait for. */}
          {!isUrgent(notice) && (
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
