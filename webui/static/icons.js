// The icons that a task type may name, as paths on a grid of 24 by 24; `core/face.py` has the same
// names. A type may bring a path of its own, which the service has checked to be nothing else.

/** @type {Object<string, string>} */
export const ICONS = {
  archive: "M3 4h18v5H3zM5 9v11h14V9M10 13h4",
  book: "M5 4h12a2 2 0 0 1 2 2v14H7a2 2 0 0 1-2-2zM5 18a2 2 0 0 1 2-2h12",
  calendar: "M4 6h16v14H4zM4 10.5h16M8 3v4M16 3v4M8 15h3",
  chart: "M4 4v16h16M8 15l4-5 3 3 5-7",
  clock: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7.5V12l3 2",
  cloud: "M7 18a4 4 0 0 1-.5-7.9A5.5 5.5 0 0 1 17 9a4.5 4.5 0 0 1 0 9z",
  database: "M4 6c0-4 16-4 16 0s-16 4-16 0v12c0 4 16 4 16 0V6M4 12c0 4 16 4 16 0",
  document: "M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6",
  download: "M12 3v12M7 10.5l5 5 5-5M4 20h16",
  fingerprint:
    "M6 18c1-2 1-4 1-6a5 5 0 0 1 10 0c0 3 0 5-.7 7.500M12 12c0 4-.5 6.5-1.8 9M4 14v-2a8 8 0 0 1 14-5.3",
  flask: "M9 3h6M10 3v6L4.5 18.500A1.7 1.7 0 0 0 6 21h12a1.7 1.7 0 0 0 1.5-2.500L14 9V3M7.5 15h9",
  folder: "M3 19V5h6l2 3h10v11z",
  gear: "M12 8.500a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM12 3v3M12 18v3M3 12h3M18 12h3M5.6 5.600l2.1 2.100M16.3 16.300l2.1 2.100M5.6 18.400l2.1-2.100M16.3 7.700l2.1-2.1",
  globe: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM3 12h18M12 3c-5 5-5 13 0 18c5-5 5-13 0-18",
  image: "M3 5h18v14H3zM3 16l5-5 5 5 3-3 5 5M16 9.500v.01",
  link: "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
  list: "M9 6h11M9 12h11M9 18h11M4.5 6v.01M4.5 12v.01M4.5 18v.01",
  mail: "M3 5h18v14H3zM3 7l9 6 9-6",
  microphone: "M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3zM5.5 11a6.5 6.5 0 0 0 13 0M12 17.500V21",
  music: "M9 18V5l11-2v13M9 18a3 3 0 1 1-6 0a3 3 0 0 1 6 0zM20 16a3 3 0 1 1-6 0a3 3 0 0 1 6 0z",
  package: "M3 7.5 12 3l9 4.500v9L12 21l-9-4.500zM3 7.500l9 4.5 9-4.500M12 12v9",
  photo: "M3 7h4l2-3h6l2 3h4v13H3zM12 9.500a3.5 3.5 0 1 0 0 7a3.5 3.5 0 0 0 0-7z",
  route: "M7 18h8a4 4 0 0 0 0-8H9a3.5 3.5 0 0 1 0-7h8M5 16a2 2 0 1 0 0 4a2 2 0 0 0 0-4z",
  search: "M10.5 4a6.5 6.5 0 1 0 0 13a6.5 6.5 0 0 0 0-13zM15.5 15.5 21 21",
  shield: "M12 3l8 3v6c0 4.5-3.5 7.5-8 9c-4.5-1.5-8-4.5-8-9V6zM8.5 12l2.5 2.5 4.5-5",
  tag: "M3 4h8l10 10-7 7L3 11zM7.5 8.500v.01",
  text: "M5 6V4h14v2M12 4v16M9 20h6",
  upload: "M12 16V4M7 8.500l5-5 5 5M4 20h16",
  video: "M3 6h12v12H3zM15 11l6-4v10l-6-4",
};

/** The path of an icon by its name, or of one that brings its own; "" for one that is not known. */
export const iconPath = (/** @type {string} */ icon) =>
  ICONS[icon] ?? (/^[Mm][-+0-9.,eE MmLlHhVvCcSsQqTtAaZz\n]+$/.test(icon) ? icon : "");
