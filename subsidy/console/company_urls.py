from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from subsidy.console import companies, company_facts, people, registrations

urlpatterns: list[URLPattern | URLResolver] = [
    path("companies/", companies.listing, name="companies"),
    path("companies/register/", companies.register, name="company-register"),
    path("companies/<int:pk>/", companies.show, name="company"),
    path("companies/<int:pk>/facts/<slug:name>/", company_facts.of_company, name="company-fact"),
    path("companies/<int:pk>/letters/<int:file>/", companies.letter, name="company-letter"),
    path("companies/<int:pk>/acts/<slug:action>/", companies.CompanyAct.as_view(), name="company-act"),
    path("people/", people.listing, name="people"),
    path("people/open/", people.open_account, name="person-open"),
    path("people/<int:pk>/", people.show, name="person"),
    path("people/<int:pk>/password/", people.GivePassword.as_view(), name="person-password"),
    path("people/<int:pk>/acts/<slug:action>/", people.PersonAct.as_view(), name="person-act"),
    path("registrations/", registrations.listing, name="registrations"),
    path("registrations/<int:pk>/", registrations.show, name="registration"),
    path("registrations/<int:pk>/files/<int:file>/", registrations.file, name="registration-file"),
    path(
        "registrations/<int:pk>/acts/<slug:action>/", registrations.RegistrationAct.as_view(), name="registration-act"
    ),
]
