interface Props {
  /** What the server does after it has seen the key. */
  readonly before: string;
  readonly value: string;
  readonly onChange: (key: string) => void;
}

/** The key of this server, which is kept in the memory of the page only. */
export function KeyField({ before, value, onChange }: Props) {
  return (
    <label className="field">
      <span>API key</span>
      <input
        type="password"
        required
        autoComplete="off"
        value={value}
        onChange={(event) => {
          onChange(event.target.value);
        }}
      />
      <small>This server asks for a key before it {before}. It is not stored.</small>
    </label>
  );
}
