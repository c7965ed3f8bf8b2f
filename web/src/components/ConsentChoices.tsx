import type { Standing } from '../core/consent';
import type { ConsentRequest } from '../core/controls';

/** What stands about one's earlier words, after a no. */
export type Earlier = 'kept' | 'offered' | 'forgotten';

interface Asking {
  readonly busy: boolean;
  readonly onAsk: (request: ConsentRequest) => void;
}

interface ConsentChoicesProps extends Asking {
  readonly standing: Standing;
  readonly earlier: Earlier;
  readonly onEarlier: (earlier: Earlier) => void;
}

/** The answers that one may give now. */
export function ConsentChoices(props: ConsentChoicesProps) {
  const { standing, earlier, onEarlier, ...asking } = props;
  if (standing === 'off') return null;
  if (standing === 'unanswered') {
    return (
      <>
        <Choice {...asking} request="yes" text="Yes" look="primary" />
        <Choice {...asking} request="no" text="No" />
      </>
    );
  }
  if (standing !== 'refused') {
    return <Choice {...asking} request="no" text="Do not transcribe me" />;
  }
  if (earlier === 'offered') {
    return (
      <>
        <Choice {...asking} request="erase" text="Forget what I said" />
        <Plain
          text="Keep it"
          onClick={() => {
            onEarlier('kept');
          }}
        />
      </>
    );
  }
  return (
    <>
      <Choice {...asking} request="yes" text="Transcribe me" />
      {earlier === 'kept' && (
        <Plain
          text="Forget what I said…"
          onClick={() => {
            onEarlier('offered');
          }}
        />
      )}
    </>
  );
}

interface ChoiceProps extends Asking {
  readonly request: ConsentRequest;
  readonly text: string;
  readonly look?: 'primary' | '';
}

function Choice({ busy, onAsk, request, text, look = '' }: ChoiceProps) {
  return (
    <button
      type="button"
      className={`button small ${look}`}
      disabled={busy}
      onClick={() => {
        onAsk(request);
      }}
    >
      {text}
    </button>
  );
}

function Plain({ text, onClick }: { readonly text: string; readonly onClick: () => void }) {
  return (
    <button type="button" className="button small plain" onClick={onClick}>
      {text}
    </button>
  );
}
