<?php
// All three operations as the service's page writes them, by somebody who knows PHP and curl and nothing of us.
// php as_on_the_page.php ADDRESS KEY TOKEN array|string

[, $address, $key, $token, $notation] = $argv;

function ask($url, $fields, $headers = [])
{
    $curl = curl_init($url);
    curl_setopt_array($curl, [
        CURLOPT_POST => true,
        CURLOPT_POSTFIELDS => $fields,
        CURLOPT_HTTPHEADER => $headers,
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_PROXY => '',
        CURLOPT_TIMEOUT => 20,
    ]);
    $answer = curl_exec($curl);
    if ($answer === false) {
        fwrite(STDERR, curl_error($curl));
        exit(1);
    }
    return ['status' => curl_getinfo($curl, CURLINFO_RESPONSE_CODE), 'answer' => json_decode($answer, true)];
}

function fields($notation, $fields)
{
    return $notation === 'string' ? http_build_query($fields) : $fields;
}

$record = [
    'UUID' => 'code1', 'var1' => 'data1', 'var2' => 'data2', 'var3' => 'data3',
    'statdialertime' => '10:00:00', 'stopdialertime' => '19:00:00', 'maxcount' => '1', 'generationtype' => '1',
];
$list = ['query' => ['access_token' => $token, 'data' => [
    ['id' => '1', 'name' => 'Петров', 'phone' => '89222220000'] + $record,
    ['id' => '2', 'name' => 'Имя', 'phone' => '89222220000'] + $record,
    ['id' => '3', 'name' => 'Иванов', 'phone' => '89222220002'] + $record,
]]];

$make = ask("$address/$key/make", json_encode($list), ['Content-Type: application/json']);
$newcall = ask("$address/$key/newcall", fields($notation, [
    'id' => '0',
    'name' => 'Пользователь',
    'phone' => '89222220003',
    'UUID' => 'code1',
    'var1' => 'data1',
    'var2' => 'data2',
    'timestart' => '10:00',
    'timestop' => '19:00',
    'maxcount' => '1',
    'generationtype' => '1',
]));
$cdr = ask("$address/$key/cdr", fields($notation, [
    'date_from' => date('Y-m-d', time() - 86400),
    'date_to' => date('Y-m-d', time() + 86400),
    'to' => '89222220003',
]));

echo json_encode(['make' => $make, 'newcall' => $newcall, 'cdr' => $cdr]);
