import { type SyntheticEvent, useEffect, useId, useRef, useState } from 'react';
import { type CallState, describeVoice } from '../core/callState';
import { choosePlaybook, mute, pause, prompt, recordSound, resume, unmute } from '../core/controls';
import type { CostReport } from '../core/costs';
import type { Invitation } from '../core/invitation';
import type { Sound } from '../core/sound';
import type { Requests } from '../hooks/useRequests';
import { Briefs } from './Briefs';
import { Costs } from './Costs';
import { ProblemNotice } from './ProblemNotice';

interface CallSettingsProps {
  readonly invitation: Invitation;
  readonly state: CallState;
  readonly costs: CostReport | undefined;
  /** Undefined: no agent says whether the sound is recorded. */
  readonly sound: Sound | undefined;
  readonly requests: Requests;
  readonly onClose: () => void;
}

/** What the hosts may set for this call; Escape closes it. */
export function CallSettings(props: CallSettingsProps) {
  const { state, costs, sound, requests, onClose } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} className="settings" aria-labelledby={titleId} onClose={onClose}>
      <header>
        <h2 id={titleId}>Settings of this call</h2>
        <button
          type="button"
          className="button small plain"
          onClick={() => dialog.current?.close()}
        >
          Close
        </button>
      </header>
      {requests.failure && (
        <ProblemNotice problem={requests.failure.problem} onClose={requests.closeFailure} />
      )}
      <section>
        <Switch
          label="Give advice"
          on={!state.paused}
          onSwitch={(on) => void requests.ask(on ? resume() : pause())}
        />
        <Switch
          label="Speak aloud when asked to"
          on={!state.muted && state.voice !== ''}
          disabled={state.voice === ''}
          note={describeVoice(state)}
          onSwitch={(on) => void requests.ask(on ? unmute() : mute())}
        />
        {sound && (
          <Switch
            label="Record the sound"
            on={sound.onSinceMs !== undefined}
            note="Of those who agree, and everybody sees it."
            onSwitch={(on) => void requests.ask(recordSound(on))}
          />
        )}
        <p className="field-note">{describeModel(state)}</p>
      </section>
      <Wishes state={state} requests={requests} />
      <Briefs invitation={props.invitation} />
      {costs && <Costs report={costs} />}
    </dialog>
  );
}

function describeModel(state: CallState): string {
  if (state.model) return `${state.model} advises, beside the playbook.`;
  if (state.model_quiet_because) return `No model answers: ${state.model_quiet_because}`;
  return 'No model is set up: the playbook advises.';
}

interface SwitchProps {
  readonly label: string;
  readonly on: boolean;
  readonly disabled?: boolean;
  readonly note?: string;
  readonly onSwitch: (on: boolean) => void;
}

function Switch({ label, on, disabled = false, note, onSwitch }: SwitchProps) {
  const noteId = useId();
  return (
    <div>
      <label className="switch">
        <input
          type="checkbox"
          role="switch"
          checked={on}
          disabled={disabled}
          aria-describedby={note ? noteId : undefined}
          onChange={(event) => {
            onSwitch(event.target.checked);
          }}
        />
        <span>{label}</span>
      </label>
      {note && (
        <p className="field-note" id={noteId}>
          {note}
        </p>
      )}
    </div>
  );
}

/** Goal, instruction and playbook; what was not edited follows what another host sets. */
function Wishes({ state, requests }: Pick<CallSettingsProps, 'state' | 'requests'>) {
  const [goal = state.goal, setGoal] = useState<string>();
  const [instruction = state.instruction, setInstruction] = useState<string>();
  const [playbook = state.playbook, setPlaybook] = useState<string>();
  const [saved, setSaved] = useState(false);
  const changed =
    goal !== state.goal || instruction !== state.instruction || playbook !== state.playbook;

  const save = async () => {
    const changes = {
      ...(goal === state.goal ? {} : { goal }),
      ...(instruction === state.instruction ? {} : { instruction }),
    };
    const wanted = [
      ...(Object.keys(changes).length > 0 ? [prompt(changes)] : []),
      ...(playbook === state.playbook ? [] : [choosePlaybook(playbook)]),
    ];
    for (const control of wanted) if (!(await requests.ask(control))) return;
    setSaved(true);
  };
  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault();
    void save();
  };
  return (
    <form
      className="form"
      onSubmit={onSubmit}
      onChange={() => {
        setSaved(false);
      }}
    >
      <label className="field">
        <span>Goal of this call</span>
        <input
          type="text"
          maxLength={1000}
          value={goal}
          onChange={(event) => {
            setGoal(event.target.value);
          }}
        />
      </label>
      <label className="field">
        <span>Instruction</span>
        <textarea
          rows={3}
          maxLength={2000}
          value={instruction}
          onChange={(event) => {
            setInstruction(event.target.value);
          }}
        />
        <small>How to advise, such as: short, in Spanish, no jokes.</small>
      </label>
      <label className="field">
        <span>Playbook</span>
        <select
          value={playbook}
          onChange={(event) => {
            setPlaybook(event.target.value);
          }}
        >
          {[...new Set([state.playbook, ...state.playbooks])].map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <div className="actions">
        <button type="submit" className="button small primary" disabled={!changed}>
          Save
        </button>
        <span className="quiet" role="status">
          {saved && !changed && 'Saved.'}
        </span>
      </div>
    </form>
  );
}
