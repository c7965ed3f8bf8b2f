import { useEffect } from 'react';
import { meetingAddress } from '../core/address';
import type { Credential } from '../core/meetings';
import { describeUpload, isOver } from '../core/uploads';
import { type Given, useUpload } from '../hooks/useUpload';
import { PageLink } from './PageLink';
import { ProblemNotice } from './ProblemNotice';

interface UploadFieldProps {
  readonly credential: Credential;
  /** Must stay the same function; hears of a recording that came, and when it is transcribed. */
  readonly onGiven: () => void;
}

/** Takes a recording, which becomes a meeting like a call. */
export function UploadField({ credential, onGiven }: UploadFieldProps) {
  const { given, give } = useUpload(credential);
  const upload = given.step === 'given' ? given.upload : undefined;
  const news = upload && `${upload.id} ${isOver(upload)}`;
  useEffect(() => {
    if (news !== undefined) onGiven();
  }, [news, onGiven]);
  const sending = given.step === 'sending';
  return (
    <section className="card upload" data-testid="upload">
      <h2>Transcribe a recording</h2>
      <label className="field">
        <span>Recording</span>
        <input
          type="file"
          accept="audio/*,video/mp4,video/webm"
          disabled={sending}
          onChange={(event) => {
            const file = event.target.files?.[0];
            // The same file can be chosen again after it failed.
            event.target.value = '';
            if (file) void give(file);
          }}
        />
        <small>wav, mp3, m4a, flac, ogg, aac, or the sound of mp4 and webm.</small>
      </label>
      <Progress given={given} />
    </section>
  );
}

function Progress({ given }: { readonly given: Given }) {
  switch (given.step) {
    case 'none':
      return null;
    case 'failed':
      return <ProblemNotice problem={given.problem} />;
    case 'sending':
      return (
        <p role="status">
          <span dir="auto">{given.name}</span>: {Math.floor(given.share * 100)} % sent
          <progress value={given.share} aria-hidden="true" />
        </p>
      );
    case 'given': {
      const { upload } = given;
      return (
        <p role="status" data-state={upload.state}>
          <PageLink to={meetingAddress(upload.room_sid, '')}>
            <span dir="auto">{upload.name}</span>
          </PageLink>
          : {describeUpload(upload)}
          {upload.state === 'running' && (
            <progress value={upload.percent} max={100} aria-hidden="true" />
          )}
        </p>
      );
    }
  }
}
