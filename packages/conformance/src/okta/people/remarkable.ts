import type { Person } from '../person.ts'

/** The people who find the mistakes: the first in every generated company. */
export const remarkablePeople: readonly Person[] = [
  {
    login: 'Anna.Schmidt@Example.com',
    firstName: 'Anna',
    lastName: 'Schmidt',
    displayName: 'Anna Schmidt',
    title: 'Chief Executive Officer',
    timezone: 'Europe/Berlin',
    locale: 'de_DE',
    preferredLanguage: 'de',
    department: 'Executive Office',
    organization: 'Example Corporation',
  },
  // The same full name, four times over: only the logins tell them apart.
  { login: 'maria.garcia@example.com', firstName: 'Maria', lastName: 'Garcia', displayName: 'Maria Garcia' },
  { login: 'maria.garcia.2@example.com', firstName: 'Maria', lastName: 'Garcia', displayName: 'Maria Garcia' },
  { login: 'mgarcia@example.com', firstName: 'Maria', lastName: 'Garcia', displayName: 'Maria Garcia' },
  { login: 'maria_garcia@latam.example.com', firstName: 'Maria', lastName: 'Garcia', displayName: 'Maria Garcia' },
  {
    login: "conor.o'brien@example.com",
    firstName: 'Conor',
    lastName: "O'Brien",
    displayName: "Conor O'Brien",
    title: 'Director, Sales',
    streetAddress: '1 Grand Canal Square, Docklands',
    city: 'Dublin',
    countryCode: 'IE',
    timezone: 'Europe/Dublin',
  },
  {
    login: 'beatrice.dangelo@example.com',
    firstName: 'Beatrice',
    lastName: 'D’Angelo',
    displayName: 'Beatrice D’Angelo',
  },
  { login: 'renée.lefèvre@example.com', firstName: 'Renée', lastName: 'Lefèvre', email: 'lefevre.renee@example.com' },
  { login: 'jürgen.müller@example.com', firstName: 'Jürgen', lastName: 'Müller', email: 'mueller.juergen@example.com' },
  {
    login: '田中@example.com',
    firstName: '翔太',
    lastName: '田中',
    displayName: '田中翔太',
    email: 'tanaka.shota@example.com',
    title: '部長',
    timezone: 'Asia/Tokyo',
    locale: 'ja_JP',
  },
  { login: 'x.o@example.com', firstName: 'X', lastName: 'O', displayName: 'X O' },
  { login: 'q@example.com', firstName: 'Q', lastName: 'Q' },
  {
    // Fifty characters each: the longest names that Okta takes.
    login: 'bartholomew.wolfeschlegelsteinhausenbergerdorff@example.com',
    firstName: 'Bartholomew Maximilian Theophilus Ferdinand Johann',
    lastName: 'Wolfeschlegelsteinhausenbergerdorff-Featherstonhau',
    displayName: 'Bartholomew Wolfeschlegelsteinhausenbergerdorff-Featherstonhau',
    honorificPrefix: 'Prof. Dr. Dr. h. c.',
    honorificSuffix: 'Jr., PhD, MBA',
  },
  { login: 'an.nguyen+hanoi@example.com', firstName: 'Văn An', lastName: 'Nguyễn', displayName: 'Nguyễn Văn An' },
  { login: 'an.nguyen@example.com', firstName: 'Văn An', lastName: 'Nguyễn', displayName: 'Nguyễn Văn An' },
  { login: 'm.elkhatib@example.com', firstName: 'محمد', lastName: 'الخطيب', displayName: 'محمد الخطيب' },
  { login: 'a.shcherbakov@example.com', firstName: 'Андрей', lastName: 'Щербаков', displayName: 'Андрей Щербаков' },
  // A letter outside the basic plane, and one that is written with a combining mark.
  { login: 'ji.yoshida@example.com', firstName: '𠮷', lastName: '𠮷田', displayName: '𠮷田 𠮷' },
  { login: 'zoe.ogrady-smith@example.com', firstName: 'Zoe\u0308', lastName: "O'Grady-Smith", nickName: 'Zo 🎸' },
  // No family name of one's own.
  { login: 'suharto@example.com', firstName: 'Suharto', lastName: '-', displayName: 'Suharto' },
  { login: 'NULL@example.com', firstName: 'Null', lastName: 'True', displayName: 'Null', title: 'undefined' },
  {
    login: 'robert.tables@example.com',
    firstName: "Robert'); drop table users;--",
    lastName: 'Tables',
    displayName: '<b>Bobby</b> "Tables"',
    title: '=1+1',
  },
]
