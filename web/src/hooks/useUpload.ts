import { useCallback, useEffect, useRef, useState } from 'react';
import type { Credential } from '../core/meetings';
import { isProblem, type Problem } from '../core/problem';
import { fetchUpload, giveRecording, isOver, type Upload } from '../core/uploads';

const LOOK_MS = 1_500;

export type Given =
  | { readonly step: 'none' }
  | { readonly step: 'sending'; readonly name: string; readonly share: number }
  | { readonly step: 'given'; readonly upload: Upload }
  | { readonly step: 'failed'; readonly problem: Problem };

/** One recording: sent, then followed until it is transcribed. */
export function useUpload(credential: Credential) {
  const [given, setGiven] = useState<Given>({ step: 'none' });
  const sending = useRef<AbortController>(undefined);

  const give = useCallback(
    async (file: File) => {
      sending.current?.abort();
      const own = new AbortController();
      sending.current = own;
      const onSent = (share: number) => {
        if (!own.signal.aborted) setGiven({ step: 'sending', name: file.name, share });
      };
      onSent(0);
      const answer = await giveRecording(credential, file, onSent, own.signal);
      if (own.signal.aborted) return;
      setGiven(
        isProblem(answer) ? { step: 'failed', problem: answer } : { step: 'given', upload: answer },
      );
    },
    [credential],
  );

  const upload = given.step === 'given' ? given.upload : undefined;
  useEffect(() => {
    if (!upload || isOver(upload)) return;
    const timer = setTimeout(() => {
      void fetchUpload(credential, upload.id).then((answer) => {
        setGiven((now) => {
          if (now.step !== 'given' || now.upload !== upload) return now;
          if (!isProblem(answer)) return { step: 'given', upload: answer };
          // A server that is away for a moment is asked again.
          return answer.canRetry
            ? { step: 'given', upload: { ...upload } }
            : { step: 'failed', problem: answer };
        });
      });
    }, LOOK_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [credential, upload]);

  useEffect(
    () => () => {
      sending.current?.abort();
    },
    [],
  );
  return { given, give };
}
