// What this browser remembers: the language in a cookie, which the server reads by itself, and a name that this browser remembers: told to the server at the start, kept when the person gives another one.

const KEY = "mask-loop.name";

export default function ({ data, setStateValue }) {
  if (data.cookie) document.cookie = data.cookie;
  const kept = localStorage.getItem(KEY) ?? "";
  if (data.name) {
    if (data.name !== kept) localStorage.setItem(KEY, data.name);
  } else if (kept) {
    setStateValue("name", kept);
  }
}
